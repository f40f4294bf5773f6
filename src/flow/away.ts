import type { HostRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import { inspect, type Place } from '../host/commands.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { isAway } from './fleet.ts'
import { lookSubject } from './hosts-state.ts'
import type { Lease, Ports } from './ports.ts'
import type { Work } from './under-lease.ts'

/** What is woken while hosts of an environment are waited for that were away; its repository as `owner/name`. */
export const awaySubject = ({ repository, environment }: { repository: string; environment: string }): string =>
  `away:${repository}/${environment}`

/** Seconds between two looks for a host that is away: a tenth of the time it has been, within these. */
const soonest = 15
const latest = 600

/** How many deployments back the one is looked for that passed a host over. */
const remembered = 50

/**
 * Looks now and then whether hosts are back that were passed over (`owner/name/environment`). Nothing is held meanwhile that a deployment needs. What is
 * back is brought up by the next look at the whole environment, which this wakes.
 */
export function awayWork(id: string, ports: Ports): Work {
  const end = id.lastIndexOf('/')
  const [repository, environment] = [id.slice(0, end), id.slice(end + 1)]
  return { lease: `away:${id}`, run: (lease, signal) => lookOut(repository, environment, lease, signal, ports) }
}

async function lookOut(
  repository: string,
  environment: string,
  lease: Lease,
  signal: AbortSignal,
  ports: Ports,
): Promise<number | undefined> {
  const history = await ports.store.deployments.ofEnvironment(repository, environment, remembered)
  const awaiting = history.filter(({ awaits }) => awaits !== undefined)
  const waitsFor = awaitingNow(history)
  // What came since took the hosts into account itself.
  for (const { id, state } of awaiting.filter((one) => one !== waitsFor))
    await ports.store.deployments.advance(id, lease, state, { awaits: [] })
  if (!waitsFor?.plan) return undefined
  const { project } = waitsFor.plan
  const place = { project, environment }
  const operator = ports.operator.current()
  const hosts = (waitsFor.awaits ?? []).flatMap((name) => {
    const allowed = allowedHosts({ operator, repository, project, environment, asked: [name] })
    return allowed.kind === 'allowed' ? allowed.hosts : []
  })
  const back = await Promise.all(hosts.map((host) => answers(host, place, signal, ports)))
  if (back.includes(true)) await ports.queue.wake(lookSubject(repository, environment))
  const since = (ports.clock.now().getTime() - Date.parse(waitsFor.finishedAt ?? waitsFor.createdAt)) / 1000
  return Math.min(latest, Math.max(soonest, since / 10))
}

/**
 * The deployment whose hosts are waited for; undefined where none are, or a newer one was planned since, whatever became of it: people decide what is
 * brought after one that failed.
 *
 * @param history of one environment, newest first
 */
export function awaitingNow(history: readonly Deployment[]): Deployment | undefined {
  const newest = history.find(({ plan }) => plan !== undefined)
  return newest?.awaits ? newest : undefined
}

/** Asked once and not again: whoever is away mostly still is. */
async function answers(host: HostRule, place: Place, signal: AbortSignal, { hosts }: Ports): Promise<boolean> {
  const result = await hosts.run(host, inspect(place), undefined, signal)
  signal.throwIfAborted()
  return !isAway(result) && result.kind !== 'host-key-changed'
}
