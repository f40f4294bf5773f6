import { bakesUntil, type Deployment, type SoakBehind } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import { reason, sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import type { Mask } from './bundle.ts'
import { keepWords } from './evidence.ts'
import type { Lease, Ports } from './ports.ts'
import type { Proved } from './prove.ts'
import { deploymentReports } from './publish.ts'
import { bakeFailed, goBack, whatComesOf } from './return-by-itself.ts'

/** A deployment that is watched on after it was verified. */
export interface Watched {
  deployment: Deployment
  plan: Plan
  mask: Mask
  signal: AbortSignal
}

/** How a watch ended. `unwell`: by what was seen, and whether an administrator holds a host. */
export type Ended =
  | Exclude<SoakBehind, { state: 'under-way' | 'unwell' }>
  | { state: 'unwell'; seen: Extract<Proved, { kind: 'failed' }>; held?: string }

/** Records how it ended, and lets a deployment go that did not stay well while it baked. */
export async function conclude(ended: Ended, watched: Watched, lease: Lease, ports: Ports): Promise<void> {
  const { deployment } = watched
  if (ended.state !== 'unwell') return record({ ...deployment, soak: ended }, lease, ports)
  const { seen, held } = ended
  const { environment } = deployment
  if (bakesUntil(deployment) === undefined)
    return record(
      { ...deployment, soak: { state: 'unwell', reason: reason('soak-failed', { environment, ...seen.reason.evidence }) } },
      lease,
      ports,
    )
  const next = await whatComesOf(deployment, held, ports)
  if (next.kind === 'overtaken') return record({ ...deployment, soak: { state: 'cut-short' } }, lease, ports)
  const why = bakeFailed(seen.reason, deployment, next)
  await keepEvidenceOf(seen, watched, ports)
  if (next.kind === 'stays') return record({ ...deployment, soak: { state: 'unwell', reason: why } }, lease, ports)
  await note(deployment, `not well: ${sentenceOf(why)}; Landfall goes back to ${why.evidence.to} by itself`, ports)
  await goBack(deployment, next.to, why, lease, ports)
  await ports.queue.wake('reports')
}

/** What its containers said last, before the way back takes them. */
async function keepEvidenceOf(
  { service, reason: seen }: Extract<Proved, { kind: 'failed' }>,
  watched: Watched,
  ports: Ports,
): Promise<void> {
  const host = ports.operator.current().hosts[seen.evidence.host ?? '']
  if (!host || service === undefined) return
  const { deployment, plan, mask, signal } = watched
  await keepWords({ host, service, plan, mask, signal }, ports, (text) => note(deployment, text, ports, { step: 'logs', host: host.name }))
}

const note = ({ id }: Deployment, text: string, { store, clock }: Ports, where: { step?: string; host?: string } = {}): Promise<void> =>
  store.timeline.append(id, [{ at: clock.now().toISOString(), step: 'soak', text, ...where }])

async function record(deployment: Deployment, lease: Lease, ports: Ports): Promise<void> {
  const { id, environment, state, soak } = deployment
  if (!soak) return
  const unwell = soak.state === 'unwell'
  const comment = unwell && deployment.kind === 'deploy' ? [{ subject: `deployment:${id}`, surface: 'comment' }] : []
  const told = [...deploymentReports(deployment).filter(({ surface }) => unwell || surface === 'check'), ...comment]
  await note(deployment, textOf(soak, deployment.kind === 'deploy'), ports)
  await ports.store.deployments.advance(id, lease, state, { soak }, () => (soak.state === 'cut-short' ? [] : told))
  ports.log.info('soak ended', { deployment: id, environment, soak: soak.state })
  await ports.queue.wake('reports')
  // What comes after this environment waits for the end of a bake.
  for (const waiting of await ports.store.deployments.due(fullName(deployment.repository))) await ports.queue.wake(`deployment:${waiting}`)
}

function textOf(soak: SoakBehind, baked: boolean): string {
  switch (soak.state) {
    case 'unwell':
      return `not well: ${sentenceOf(soak.reason)}`
    case 'cut-short':
      return `not watched to its end: ${soak.reason ? sentenceOf(soak.reason) : 'the next deployment came'}`
    default:
      return baked ? 'well for as long as it baked' : 'well for as long as its services ask for'
  }
}
