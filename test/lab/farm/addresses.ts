/** Addresses of this machine's own loopback net, one for each host of a farm. Farms side by side are told apart by their port. */
export function farmAddresses(count: number): string[] {
  if (count > most) throw new Error(`laboratory: a farm has ${most} addresses at most`)
  return Array.from({ length: count }, (_, index) => `127.64.${index >> 8}.${index & 255}`)
}

const most = 65_536

/** `farm-0007`: names that sort as the hosts were made. */
export const farmName = (index: number): string => `farm-${String(index + 1).padStart(4, '0')}`
