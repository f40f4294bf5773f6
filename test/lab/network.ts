import { must, run } from './run.ts'

/** One end of a cable between this machine and a lab host. It vanishes with the host's network namespace. */
export interface Cable {
  /** Interface out here. */
  link: string
  /** Address of this machine on the cable. */
  outside: string
  /** Address of the host on the cable. */
  inside: string
}

/**
 * Lays a cable to the host whose process 1 is `init`. The kernel's refusal to create an interface name twice is the
 * lock: laboratories running side by side never share one. Addresses come from 198.18.0.0/15, which RFC 2544 keeps for
 * test benches, so they cannot clash with a network in use.
 */
export async function layCable(init: number): Promise<Cable> {
  for (let number = 0; number < 16_384; number++) {
    const link = `landfall${number}`
    const made = await run(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(init)])
    if (made.code === 0) return configure(init, link, number)
    if (!made.stderr.includes('File exists')) throw new Error(`laboratory: no virtual network cable: ${made.stderr.trim()}`)
  }
  throw new Error('laboratory: all 16384 network cables are taken. Look for hosts left running: ip link | grep landfall')
}

async function configure(init: number, link: string, number: number): Promise<Cable> {
  const prefix = `198.${18 + (number >> 13)}.${(number >> 6) & 127}`
  const first = (number & 63) * 4
  const outside = `${prefix}.${first + 1}`
  const inside = `${prefix}.${first + 2}`
  const within = ['nsenter', '-t', String(init), '-n', '--']
  await must(['ip', 'addr', 'add', `${outside}/30`, 'dev', link])
  await must(['ip', 'link', 'set', link, 'up'])
  await must([...within, 'ip', 'addr', 'add', `${inside}/30`, 'dev', 'eth0'])
  await must([...within, 'ip', 'link', 'set', 'eth0', 'up'])
  await must([...within, 'ip', 'route', 'add', 'default', 'via', outside])
  return { link, outside, inside }
}

/**
 * Joins two hosts by a cable of their own, which nobody out here is on; their process 1 is given.
 * @param number from 0 to 250, once for each cable of the first host
 * @returns the address of the second, as the first reaches it
 */
export async function layPrivateCable(first: number, second: number, number: number): Promise<string> {
  const address = (end: 1 | 2) => `10.98.${number}.${end}`
  const link = `lane${number}`
  await must(['ip', 'link', 'add', link, 'netns', String(first), 'type', 'veth', 'peer', 'name', 'eth1', 'netns', String(second)])
  const ends = [
    { init: first, link, address: address(1) },
    { init: second, link: 'eth1', address: address(2) },
  ]
  for (const end of ends) {
    const within = ['nsenter', '-t', String(end.init), '-n', '--', 'ip']
    await must([...within, 'addr', 'add', `${end.address}/30`, 'dev', end.link])
    await must([...within, 'link', 'set', end.link, 'up'])
  }
  return address(2)
}
