import type { Lease, Pace, Ports } from './ports.ts'
import { replayDeliveries } from './replay-deliveries.ts'
import { watchSecretAges } from './secret-ages.ts'
import type { Work } from './under-lease.ts'
import { watchRepositories } from './watch-repositories.ts'

/**
 * Looks that are taken from time to time, because webhooks get lost: GitHub delivers each once and not at all while Landfall is
 * down or has no public address. Everything works by these alone, only slower. And what nobody tells of: that time has passed.
 */
const sweeps: Record<keyof Pace, (ports: Ports, signal: AbortSignal, lease: Lease) => Promise<void>> = {
  repositories: watchRepositories,
  deliveries: replayDeliveries,
  secrets: watchSecretAges,
}

const isSweep = (name: string): name is keyof Pace => Object.hasOwn(sweeps, name)

/** Sweeps whose time has come, as subjects. */
export async function dueSweeps(ports: Ports): Promise<string[]> {
  return (await ports.store.sweeps.due(Object.keys(sweeps))).map((name) => `sweep:${name}`)
}

/** The work of one sweep; undefined for a name that is none. Of several processes one does it, whichever comes first. */
export function sweepWork(name: string, ports: Ports): Work | undefined {
  if (!isSweep(name)) return undefined
  return {
    lease: `sweep:${name}`,
    async run(lease, signal) {
      // Another process may have done it since this one was told.
      if ((await ports.store.sweeps.due([name])).length === 0) return undefined
      await sweeps[name](ports, signal, lease)
      await ports.store.sweeps.next(name, varied(ports.pace[name], ports))
      return undefined
    },
  }
}

/** A fifth more or less, so that many Landfalls that were started together do not ask together for ever. */
const varied = (seconds: number, { random }: Pick<Ports, 'random'>): number => seconds * (0.8 + 0.4 * random())
