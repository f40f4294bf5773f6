import type { Deployment } from '../domain/deployment.ts'
import { type RecoveryIntent, unknownActor } from '../domain/intent.ts'
import { sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import type { KeptRelease, Recovery } from '../policy/recovery.ts'
import type { Ports, ReportKey } from './ports.ts'
import { deploymentReports } from './publish.ts'

/** An environment, and what the database has to learn of it. */
interface Found {
  repository: string
  environment: string
  /** Hosts that know it. */
  hosts: string[]
  recovery: Recovery
}

type StorePorts = Pick<Ports, 'store' | 'clock' | 'ids' | 'log'>

/** Writes a recovery down, with what people will read of it. `lease` is the subject of the environment's lease. */
export async function storeRecovery(found: Found, lease: string, ports: StorePorts): Promise<void> {
  const { repository, environment, recovery, hosts } = found
  const { generation, turn } = recovery
  const now = ports.clock.now().toISOString()
  const ended = recovery.ended.map(({ deployment, fate: { state, reason, release } }) => {
    const fresh = release && !deployment.plan ? { plan: release.plan, revision: release.plan.revision } : {}
    const { away } = release?.plan ?? {}
    const awaits = state === 'succeeded' && away ? { awaits: away } : {}
    const patch = { ...fresh, ...awaits, ...(reason && { reason }), finishedAt: release?.receipt?.verifiedAt ?? now }
    return { id: deployment.id, state, patch, after: { ...deployment, ...patch, state } }
  })
  const intent = recovery.added[0] && intentFor(recovery.added[0].release, now, ports)
  const added = recovery.added.map((known) => deploymentOf(known, intent?.id ?? '', now, ports))
  const fates = [...recovery.ended.map(({ fate }) => fate), ...recovery.added]
  await ports.store.recovery.apply({
    repository,
    environment,
    lease,
    ...(generation !== undefined && { generation }),
    ...(turn !== undefined && { turn }),
    ended: ended.map(({ id, state, patch }) => ({ id, state, patch })),
    added,
    ...(intent && { intent }),
    receipts: fates.flatMap(({ state, release }) => (state === 'succeeded' && release?.receipt ? [release.receipt] : [])),
    reports: [...ended.flatMap(({ after }) => reportsOn(after)), ...newsOf(added)],
  })
  ports.log.info('environment recovered', { repository, environment, generation, added: added.length, ended: ended.length })
  const told = (text: string) => [{ at: now, step: 'recover', text }]
  for (const { id, after } of ended) {
    const how = after.reason ? sentenceOf(after.reason) : `${hosts.join(', ')} can prove it`
    await ports.store.timeline.append(id, told(`landfall recover ended it: ${how}`))
  }
  for (const { id } of added) await ports.store.timeline.append(id, told(`landfall recover learnt of it from ${hosts.join(', ')}`))
}

function intentFor({ plan }: KeptRelease, now: string, ports: StorePorts): RecoveryIntent {
  const id = ports.ids()
  const what = `recovery ${fullName(plan.repository)} ${plan.environment} ${id}`
  return { id, key: what, kind: 'recovery', repository: plan.repository, actor: 'landfall', delivery: what, receivedAt: now }
}

function deploymentOf({ release, state, reason }: Recovery['added'][number], intent: string, now: string, ports: StorePorts): Deployment {
  const { plan, receipt } = release
  const at = receipt?.verifiedAt ?? now
  return {
    id: receipt?.deployment ?? (plan.kind === 'deploy' ? plan.release : ports.ids()),
    intent,
    kind: plan.kind,
    repository: plan.repository,
    project: plan.project,
    environment: plan.environment,
    revision: plan.revision,
    actor: receipt?.actor ?? unknownActor,
    state,
    ...(reason && { reason }),
    plan,
    createdAt: at,
    // When one that went well was begun nobody knows any more, and nobody is told how long it took.
    ...(state !== 'succeeded' && { startedAt: at }),
    finishedAt: at,
    ...(state === 'succeeded' && plan.away && { awaits: plan.away }),
  }
}

/** Chat was told of most ends before the database was lost; of one that leaves hosts half-way it is told again rather than not at all. */
function reportsOn(deployment: Deployment): ReportKey[] {
  const all = deploymentReports(deployment)
  return deployment.state === 'halted' ? all : all.filter(({ surface }) => !surface.includes(':'))
}

/** GitHub shows all of them already but perhaps the last that succeeded, and what was under way when the database was lost. */
function newsOf(added: Deployment[]): ReportKey[] {
  const succeeded = added.findLast(({ state }) => state === 'succeeded')
  const last = added.at(-1)
  return [succeeded, last?.state === 'halted' ? last : undefined].flatMap((deployment) => (deployment ? reportsOn(deployment) : []))
}
