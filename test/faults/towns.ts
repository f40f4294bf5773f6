import { type Gates, installGates } from '../lab/gates.ts'
import type { Host } from '../lab/host.ts'
import { openTown, type Town } from '../lab/landfall/town.ts'
import { type Container, containersOf } from './containers.ts'

/** How Landfall is run: alone with a file of its own, or on PostgreSQL and Redis, where others may join it. */
export type Profile = 'one machine' | 'several machines'

/** MiB for Docker on the town's host: room for many releases of the shop, and none for a large image. */
export const dockerDisk = 128

/** A town in which the shop runs already. */
export interface FaultTown extends Town {
  /** The shop's database as it was at first: no deployment touches it, and no fault may. */
  database: Container
  /** Hold up what arrives at the shop's host. */
  gates: Gates
  /** A second host, on which the shop does not run. */
  other: { host: Host; gates: Gates }
}

/** The towns of a run: each is built when the first fault needs it. */
export interface Towns {
  open(profile: Profile): Promise<FaultTown>
  /** Ends a town that may be broken; the next who asks gets a new one. */
  giveUp(profile: Profile): Promise<void>
  /** Throws where any Landfall asked GitHub for what its API does not describe. */
  assertFaithful(): void
  close(): Promise<void>
}

export function townsOf(say: (line: string) => void = () => {}): Towns {
  const open = new Map<Profile, Promise<FaultTown>>()
  const stoodIn: Town['scenario']['github'][] = []

  async function build(profile: Profile): Promise<FaultTown> {
    say(`building a town: Landfall on ${profile}`)
    const servers = profile === 'several machines'
    const town = await openTown({ servers, host: { disk: dockerDisk }, others: [{ name: 'web-2', disk: dockerDisk }] })
    stoodIn.push(town.scenario.github)
    try {
      await town.merge({ title: 'The shop opens' }, 'success')
      const database = (await containersOf(town)).find(({ service }) => service === 'db')
      if (!database) throw new Error('the shop has no database')
      const host = town.scenario.lab.host('web-2')
      return { ...town, database, gates: await installGates(town.host), other: { host, gates: await installGates(host) } }
    } catch (error) {
      await town.close()
      throw error
    }
  }

  const towns: Towns = {
    open(profile) {
      const known = open.get(profile) ?? build(profile)
      open.set(profile, known)
      return known
    },
    async giveUp(profile) {
      const town = await open.get(profile)?.catch(() => undefined)
      open.delete(profile)
      await town?.close()
    },
    assertFaithful() {
      for (const github of stoodIn) github.assertFaithful()
    },
    async close() {
      for (const profile of [...open.keys()]) await towns.giveUp(profile)
    },
  }
  return towns
}
