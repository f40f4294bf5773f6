import type { HostRule } from '../domain/configuration.ts'
import { bakeOf } from '../domain/deployment.ts'
import type { Plan, PlannedHost } from '../domain/plan.ts'
import { problemsReason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts } from '../policy/hosts.ts'
import type { Mask } from './bundle.ts'
import type { Ports } from './ports.ts'
import { type Proved, watchHost } from './prove.ts'
import { lookAtUrl } from './prove-url.ts'

/** A release that is verified and watched on. */
export interface WatchedOn {
  plan: Plan
  mask: Mask
  /** When its bake is over, in milliseconds; absent where its services say how long they are watched. */
  until?: number
  signal: AbortSignal
}

/** Seconds until a host is watched again that could not be reached. */
const againAfter = 15

/** Seconds between two looks at the public address. */
const urlEvery = 10
/** So many looks in a row at it may fail: the way there is longer than to a container. */
const urlMisses = 3
/** The same of a service that bakes: a database that changes its leader is no reason to go back. */
const bakeMisses = 10

/** What each host and the public address came to. A watch that failed says what is not well, or that it could not be watched. */
export function watchEverything(
  watched: WatchedOn,
  onFailure: (failed: Proved) => void,
  ports: Ports,
): Promise<PromiseSettledResult<Proved>[]> {
  const { plan } = watched
  const watches = [
    ...plan.hosts.map((planned) => watchOne(planned, watched, ports)),
    ...(bakeOf(plan) > 0 ? [watchUrl(watched, ports)] : []),
  ]
  return Promise.allSettled(
    watches.map(async (watch) => {
      const seen = await watch
      if (seen.kind === 'failed') onFailure(seen)
      return seen
    }),
  )
}

async function watchOne({ name, platform }: PlannedHost, watched: WatchedOn, ports: Ports): Promise<Proved> {
  const { plan, mask, signal, until } = watched
  const { project, environment } = plan
  const asked = { operator: ports.operator.current(), repository: fullName(plan.repository), project, environment, asked: [name] }
  const allowed = allowedHosts(asked)
  if (allowed.kind === 'refused') return { kind: 'failed', reason: problemsReason('not-allowed', allowed.problems) }
  const [host] = allowed.hosts
  if (!host) throw new Error(`host ${name} is allowed and is none`)
  const watching = { host, platform, soak: undefined, mask, signal }
  return until === undefined
    ? watchHost({ plan, ...watching }, ports)
    : watchUntil(host, until, (seconds) => ({ ...watching, misses: bakeMisses, plan: lasting(plan, seconds) }), signal, ports)
}

/** A host that nobody reaches for a while says nothing of the release: it is watched again once it answers. */
async function watchUntil(
  host: HostRule,
  until: number,
  watching: (seconds: number) => Parameters<typeof watchHost>[0],
  signal: AbortSignal,
  ports: Ports,
): Promise<Proved> {
  let unseen: Proved | undefined
  for (;;) {
    const left = Math.ceil((until - ports.clock.now().getTime()) / 1000)
    if (left <= 0) return unseen ?? { kind: 'done', value: { host: host.name, services: [] } }
    const seen = await watchHost(watching(left), ports)
    if (seen.kind === 'done' || seen.reason.code === 'verification-failed') return seen
    unseen = seen
    ports.log.warn('baking host is not seen', { host: host.name, reason: seen.reason.code })
    await ports.clock.sleep(againAfter, signal)
    signal.throwIfAborted()
  }
}

/** The public address, where the plan has one asked. */
async function watchUrl({ plan, mask, until = 0, signal }: WatchedOn, ports: Ports): Promise<Proved> {
  const well: Proved = { kind: 'done', value: { host: '', services: [] } }
  const check = plan.atUrl
  if (!check) return well
  for (let misses = 0; ports.clock.now().getTime() < until; ) {
    const look = await lookAtUrl(check, plan, signal, ports)
    misses = look.kind === 'good' ? 0 : misses + 1
    if (look.kind !== 'good' && misses > urlMisses) {
      const { url } = check
      return { kind: 'failed', reason: reason('url-failed', { environment: plan.environment, url, detail: mask(look.detail) }) }
    }
    await ports.clock.sleep(urlEvery, signal)
    signal.throwIfAborted()
  }
  return well
}

/** They are proved already: from their first good look on they have to stay well for as long as it is watched, and a little longer. */
const lasting = (plan: Plan, seconds: number): Plan => ({
  ...plan,
  services: plan.services.map((service) => ({ ...service, soak: seconds })),
})
