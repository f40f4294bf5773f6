import type { SourceRule } from '../domain/configuration.ts'
import { askedAbout, type Deployment, type Shown } from '../domain/deployment.ts'
import type { ApprovalRule, Verdict } from '../domain/gate.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { type Repository, shortSha } from '../domain/repository.ts'
import type { Role } from '../domain/role.ts'
import { type ApprovalFacts, whyNotTheirs } from '../policy/gates/approval.ts'
import { approvalFacts } from './approval-facts.ts'
import { canaryRules } from './canary-gate.ts'
import { demandsOn } from './gates.ts'
import type { Ports } from './ports.ts'
import { targetOf } from './target.ts'

/** Somebody, with the role that GitHub gives them at this moment. */
export interface Person {
  person: string
  role: Role
}

/** Somebody's word on what is shown, with the teams they are in now of those that the rules name. */
export async function verdictOf(
  verdict: 'approve' | 'reject',
  deployment: Deployment,
  { content }: Shown,
  rules: readonly ApprovalRule[],
  { person, role }: Person,
  ports: Ports,
): Promise<Verdict> {
  const teams = await teamsOf(person, deployment.repository, rules, ports)
  return {
    ...{ deployment: deployment.id, person, role, teams, verdict, content },
    ...(deployment.revision !== undefined && { revision: deployment.revision }),
    at: ports.clock.now().toISOString(),
  }
}

/** The teams that somebody is in now, of those that the rules name. */
export async function teamsOf(
  person: string,
  repository: Repository,
  rules: readonly ApprovalRule[],
  { github }: Ports,
): Promise<string[]> {
  const named = [...new Set(rules.flatMap(({ by }) => by).flatMap((entry) => (entry.startsWith('team:') ? entry.slice(5) : [])))]
  const member = await Promise.all(named.map((team) => github.isMember(repository, team, person)))
  return named.filter((_, index) => member[index])
}

/** Why somebody's approval counts for none of the rules; undefined where it does for one. */
export function objectionTo(
  verdict: Verdict,
  rules: readonly ApprovalRule[],
  facts: Omit<ApprovalFacts, 'rule'>,
  { environment, revision = '' }: Deployment,
): Reason | undefined {
  const objections = rules.map((rule) => whyNotTheirs(verdict, { ...facts, rule }))
  const [objection] = objections
  if (!objection || objections.some((one) => one === undefined)) return undefined
  return reason('approval-not-theirs', { person: verdict.person, environment, commit: shortSha(revision), ...objection })
}

/** Why somebody could not approve what waits, as things are at this moment; undefined where they could, or nothing is shown to agree to. */
export async function whyMayNotApprove(deployment: Deployment, person: Person, ports: Ports): Promise<Reason | undefined> {
  const { environment, revision } = deployment
  const shown = askedAbout(deployment)
  if (!shown || revision === undefined) return undefined
  const asked = await rulesOn(deployment, ports)
  if (asked.kind === 'refused') return asked.reason
  const [verdict, known] = await Promise.all([
    verdictOf('approve', deployment, shown, asked.rules, person, ports),
    approvalFacts({ deployment, ports }, asked.rules),
  ])
  return objectionTo(verdict, asked.rules, { environment, revision, content: shown.content, ...known }, deployment)
}

/** The rules about approval that hold for what people are asked about. What has not begun has to be part of what its environment follows still. */
export async function rulesOn(
  deployment: Deployment,
  ports: Ports,
): Promise<{ kind: 'found'; rules: ApprovalRule[]; follows?: SourceRule } | { kind: 'refused'; reason: Reason }> {
  if (deployment.plan) return { kind: 'found', rules: await canaryRules(deployment, deployment.plan, ports) }
  const passing = { deployment, ports, notify: [] }
  const target = await targetOf(passing)
  // What waits will say so itself.
  if (target.kind !== 'ok') return { kind: 'refused', reason: target.reason }
  const { approve: rules } = await demandsOn(passing, target.value)
  return { kind: 'found', rules, follows: target.value.rule.source }
}
