import { isAtWork } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts, hostsMeant } from '../policy/hosts.ts'
import { bringUp } from './bring-up.ts'
import { environmentLease } from './environment.ts'
import { lookAround, lookSubject } from './hosts-state.ts'
import { learnFrom } from './learn.ts'
import type { Lease, Ports } from './ports.ts'
import type { Work } from './under-lease.ts'

/** Seconds until hosts are looked at again of which one did not answer. */
const lookAgainAfter = 300

/** How many deployments back what an environment should run is looked for. */
const remembered = 50

/**
 * Lets every environment be looked at, as at a start: while Landfall was down administrators may have gone back on its hosts. What
 * comes of it is recorded before anything is planned there, and told.
 */
export async function lookEverywhere({ store, queue }: Pick<Ports, 'store' | 'queue'>): Promise<void> {
  for (const { repository, environment } of await store.environments.known()) await queue.wake(lookSubject(repository, environment))
}

/** One look at an environment (`owner/name/environment`). */
export function lookWork(id: string, ports: Ports): Work {
  const end = id.lastIndexOf('/')
  const [repository, environment] = [id.slice(0, end), id.slice(end + 1)]
  return {
    lease: environmentLease(repository, environment),
    run: (lease, signal) => lookOnce(repository, environment, lease, signal, ports),
  }
}

async function lookOnce(name: string, environment: string, lease: Lease, signal: AbortSignal, ports: Ports): Promise<number | undefined> {
  const open = await ports.store.deployments.open(name, environment)
  // What it brings was planned after a look.
  if (open.some(({ state }) => isAtWork(state))) return undefined
  const history = await ports.store.deployments.ofEnvironment(name, environment, remembered)
  const plan = history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan
  if (!plan) return undefined
  const { project, repository } = plan
  const operator = ports.operator.current()
  const asked = hostsMeant(plan, operator)
  const allowed = allowedHosts({ operator, repository: fullName(repository), project, environment, asked })
  if (allowed.kind === 'refused') return undefined
  const rule = plan.unreachable ? { unreachable: plan.unreachable } : {}
  const looked = await lookAround(allowed.hosts, rule, { project, environment }, ports, signal)
  if (looked.kind !== 'ok') return lookAgainAfter
  const learning = { repository, environment, lease, signal, ports, away: looked.value.away }
  const learnt = await learnFrom(looked.value.seen, learning)
  if (learnt.kind !== 'ok') return lookAgainAfter
  if (!learnt.value) await bringUp(history, looked.value, learning)
  // Those that were passed over are looked for by themselves.
  return looked.value.away.some((name) => !plan.away?.includes(name)) ? lookAgainAfter : undefined
}
