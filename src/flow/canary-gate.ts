import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '../domain/deployment.ts'
import type { ApprovalRule } from '../domain/gate.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { contentOf } from '../plan/content.ts'
import { approval, rejected } from '../policy/gates/approval.ts'
import { grantFor } from '../policy/hosts.ts'
import { approvalFacts } from './approval-facts.ts'
import { cancelledAfter } from './cancel.ts'
import { demandsBeside } from './gates.ts'
import type { Ports } from './ports.ts'
import type { Run } from './run.ts'

/** What people say of the hosts that went first; `by` tells who let the others follow, where somebody had to. */
export type CanaryGate = { kind: 'open'; by?: string } | { kind: 'waiting'; seconds: number } | { kind: 'closed'; reason: Reason }

/** How long nobody looks, in seconds, unless somebody says something. */
const restingFor = 60

/**
 * Asks people whether the other hosts may follow, where the plan wants that after this wave. Nothing is held meanwhile: whoever comes next
 * finds in the database since when they are asked.
 */
export async function canaryGate(run: Run, plan: Plan, position: number): Promise<CanaryGate> {
  const wave = plan.waves[position]
  if (wave?.approve === undefined) return { kind: 'open' }
  const { clock, store, signer } = run.ports
  if (run.deployment.rollout?.asked === undefined) {
    const until = new Date(clock.now().getTime() + wave.approve.within * 1000).toISOString()
    const content = signer.fingerprint(`${contentOf(plan, signer.fingerprint)} after wave ${position + 1}`)
    await run.to('paused', { rollout: { wave: position, asked: { content, since: clock.githubNow().toISOString(), until } } })
  }
  const { id, environment, revision = '', rollout } = run.deployment
  const { content = '', until = '' } = rollout?.asked ?? {}
  const stopped = await cancelledAfter(run, position)
  if (stopped) return { kind: 'closed', reason: stopped }
  const rejection = rejected({ environment, votes: await store.verdicts.of(id), revision, content })
  if (rejection) return { kind: 'closed', reason: rejection }
  const rules = await canaryRules(run.deployment, plan, run.ports)
  const facts = { environment, revision, content, ...(await approvalFacts(run, rules)) }
  const says = rules.map((rule) => approval({ ...facts, rule }))
  const missing = says.find((one) => one.kind !== 'open')
  if (missing === undefined)
    return { kind: 'open', by: says.map((one) => (one.kind === 'open' ? (one.evidence?.people ?? '') : '')).join(', ') }
  const left = (Date.parse(until) - clock.now().getTime()) / 1000
  if (left <= 0) return { kind: 'closed', reason: reason('approval-never-came', { environment, until }) }
  const why = { ...missing.reason, evidence: { ...missing.reason.evidence, until } }
  if (!isDeepStrictEqual(run.deployment.reason, why)) await run.to('paused', { reason: why })
  return { kind: 'waiting', seconds: Math.max(1, Math.min(restingFor, left)) }
}

/** The rules about approval that hold for the environment; where there are none anybody with write access may let the others follow. */
export async function canaryRules(deployment: Deployment, plan: Plan, ports: Ports): Promise<ApprovalRule[]> {
  const granted = grantFor(ports.operator.current(), fullName(deployment.repository))
  const { approve } = await demandsBeside(deployment, plan.gates, granted, ports)
  return approve.length > 0 ? approve : [{ by: [], count: 1, notAuthor: false }]
}
