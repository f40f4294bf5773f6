import { type GatedShop, openGatedShop } from '../lab/landfall/gated-shop.ts'
import { containersOf } from './containers.ts'
import type { FaultTown } from './towns.ts'

/** Opens a shop with gates beside the town's own, and takes its containers away when all is done. */
export async function withGatedShop<T>(
  town: FaultTown,
  options: { name: string; gates: string; hosts?: string[] },
  act: (shop: GatedShop) => Promise<T>,
): Promise<T> {
  const shop = await openGatedShop(town.scenario, { hosts: [town.host.name], ...options })
  try {
    return await act(shop)
  } finally {
    for (const host of [town.host, town.other.host])
      await host.sh(`ids=$(docker ps -aq --filter label=com.docker.compose.project=${shop.name}); [ -z "$ids" ] || docker rm -f $ids`)
  }
}

/** Digest that the shop's web service runs on each host that has it. */
export async function digestsOf(town: FaultTown, { name }: GatedShop): Promise<(string | undefined)[]> {
  const found = await Promise.all([town.host, town.other.host].map((host) => containersOf({ host }, name)))
  return found.flat().flatMap(({ service, reference }) => (service === 'web' ? [reference.split('@')[1]] : []))
}
