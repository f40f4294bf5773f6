import type { Aimed } from '../domain/command.ts'
import { askedAbout, type Deployment, type Shown, type State } from '../domain/deployment.ts'
import type { ApprovalRule, Verdict } from '../domain/gate.ts'
import type { CommandIntent } from '../domain/intent.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { type ApprovalFacts, approval } from '../policy/gates/approval.ts'
import { samePerson } from '../policy/gates/names.ts'
import { type ApprovalOutcome, approvalAnswer } from '../report/answers/approval.ts'
import { approvalFacts } from './approval-facts.ts'
import type { Commanded } from './commanded.ts'
import { linksOf } from './links-of.ts'
import { objectionTo, type Person, rulesOn, verdictOf } from './may-approve.ts'
import { movedAway } from './part-of.ts'
import type { Ports } from './ports.ts'
import { answer, answerAbout, answerVerdict, refuseCommand } from './settle.ts'

/** `/approve`: somebody agrees to exactly what waits, as it was shown. Whether their word counts is asked at this moment. */
export async function approveDeployment(command: Aimed<'approve'>, commanded: Commanded): Promise<void> {
  const { environment } = command
  const { intent, ports } = commanded
  const asked = await whatWaits(environment, commanded)
  if (asked.kind !== 'waits') return settleOtherwise(asked, commanded)
  const { deployment, shown, rules, facts } = asked
  if (rules.length === 0) return settleOtherwise({ kind: 'answer', outcome: { kind: 'nothing-waits', environment } }, commanded)
  const verdict = await verdictOf('approve', deployment, shown, rules, speakerOf(commanded), ports)
  const objection = objectionTo(verdict, rules, facts, deployment)
  if (objection) return refuseCommand(intent, objection, ports)
  const again = facts.votes.some((vote) => vote.verdict === 'approve' && isSame(vote, verdict))
  const votes = [...facts.votes.filter((vote) => !isSame(vote, verdict)), verdict]
  // Of several rules people are told of one that is not met yet.
  const decisions = rules.map((rule) => ({ rule, says: approval({ ...facts, votes, rule }) }))
  const { rule, says } = decisions.find((one) => one.says.kind !== 'open') ?? decisions[0] ?? never()
  if (says.kind === 'refused') return refuseCommand(intent, says.reason, ports)
  const evidence = says.kind === 'open' ? (says.evidence ?? {}) : says.reason.evidence
  const outcome: ApprovalOutcome = {
    kind: 'approved',
    ...{ deployment, links: linksOf(deployment, ports), person: intent.actor, ...(again && { again: true as const }) },
    ...{ found: evidence.people ?? '', missing: Math.max(0, rule.count - Number(evidence.found)), required: rule.count },
    from: evidence.from ?? '',
  }
  if ((await tell(outcome, verdict, commanded)) === 'too late') await approveDeployment(command, commanded)
}

/** `/reject`: what waits is not deployed. */
export async function rejectDeployment(command: Aimed<'reject'>, commanded: Commanded): Promise<void> {
  const { environment, reason: why } = command
  const { intent, ports } = commanded
  const asked = await whatWaits(environment, commanded)
  if (asked.kind !== 'waits') return settleOtherwise(asked, commanded)
  const { deployment, shown, rules } = asked
  if (rules.length === 0) return settleOtherwise({ kind: 'answer', outcome: { kind: 'nothing-waits', environment } }, commanded)
  const verdict = { ...(await verdictOf('reject', deployment, shown, rules, speakerOf(commanded), ports)), reason: why }
  const outcome = { kind: 'rejected' as const, deployment, links: linksOf(deployment, ports), person: intent.actor, reason: why }
  if ((await tell(outcome, verdict, commanded)) === 'too late') await rejectDeployment(command, commanded)
}

/** What somebody's word is about, or why there is nothing of the kind. */
type Asked =
  | {
      kind: 'waits'
      deployment: Deployment
      shown: Shown
      rules: ApprovalRule[]
      facts: Omit<ApprovalFacts, 'rule'>
    }
  | { kind: 'answer'; outcome: ApprovalOutcome }
  | { kind: 'refused'; reason: Reason }

async function whatWaits(environment: string, { intent, ports }: Commanded): Promise<Asked> {
  const open = await ports.store.deployments.open(fullName(intent.repository), environment)
  // What came since waits behind a canary that people are asked about.
  const deployment = open.find(({ state }) => state === 'paused') ?? open.at(-1)
  if (!deployment) return { kind: 'answer', outcome: { kind: 'nothing-waits', environment } }
  const subject = { deployment, links: linksOf(deployment, ports) }
  if (!isWaiting(deployment)) return { kind: 'answer', outcome: { kind: 'under-way', ...subject } }
  const { revision } = deployment
  const shown = askedAbout(deployment)
  if (!shown || revision === undefined) return { kind: 'answer', outcome: { kind: 'not-shown', ...subject } }
  if (!isAbout(intent, deployment, shown)) {
    const evidence = { environment, person: intent.actor, commit: commitOf(deployment) }
    return { kind: 'refused', reason: reason('approval-outdated', evidence) }
  }
  const elsewhere = await whereElse(intent, deployment, ports)
  if (elsewhere) return { kind: 'refused', reason: elsewhere }
  const asked = await rulesOn(deployment, ports)
  if (asked.kind === 'refused') return asked
  const { rules, follows } = asked
  const away = follows && (await movedAway(deployment, follows, ports))
  if (away) return { kind: 'refused', reason: away }
  const facts = { environment, revision, content: shown.content, ...(await approvalFacts({ deployment, ports }, rules)) }
  return { kind: 'waits', deployment, shown, rules, facts }
}

/**
 * Whether the person had this in sight: a comment names no commit, and between it and now the branch may have moved, or hosts changed.
 * GitHub tells whole seconds, of a comment and of its clock: what was said within a second of being shown may have been said before.
 */
function isAbout({ deployment: at, shown, saidAt }: CommandIntent, { id }: Deployment, { content, since }: Shown): boolean {
  // A button holds the beginning of what was shown; one without was made before there was anything to see.
  if (at !== undefined) return at === id && shown !== undefined && content.startsWith(shown)
  return saidAt === undefined || Date.parse(saidAt) >= Date.parse(since) + clockStep
}

/** In milliseconds. Nobody has read in that time what they agree to. */
const clockStep = 1000

/** In a pull request that was merged people mean what it brought: what another one brought since they may never have looked at. */
async function whereElse({ repository, comment }: CommandIntent, deployment: Deployment, { github }: Ports): Promise<Reason | undefined> {
  const { environment, branch, pullRequest } = deployment
  if (comment === undefined || comment.issue === pullRequest) return undefined
  const here = await github.pullRequest(repository, comment.issue)
  if (here?.merged === undefined || here.base.branch !== branch) return undefined
  const through = pullRequest === undefined ? '' : `#${pullRequest}`
  return reason('approval-elsewhere', { environment, commit: commitOf(deployment), through, here: `#${here.number}` })
}

/** `too late`: it went on while GitHub was asked who that is. */
async function tell(outcome: ApprovalOutcome, said: Verdict, { intent, ports }: Commanded): Promise<'told' | 'too late'> {
  const { deployment, person, verdict, reason: why, at } = said
  // Who rejects it knows what becomes of it.
  const about = verdict === 'approve' ? { about: deployment } : {}
  const settled = await answerVerdict({ said, while: waitingStates }, intent, { body: approvalAnswer(intent.id, outcome), ...about }, ports)
  if (settled === 'too late') return settled
  const text = verdict === 'approve' ? `approved by ${person}` : `rejected by ${person}: ${why ?? ''}`
  await ports.store.timeline.append(deployment, [{ at, step: 'approval', text }])
  await ports.queue.wake(`deployment:${deployment}`)
  return 'told'
}

/** In which a deployment still waits for people's word. */
const waitingStates: readonly State[] = ['queued', 'waiting', 'paused']

const isWaiting = ({ state, rollout }: Deployment): boolean =>
  state === 'paused' ? rollout?.asked !== undefined : waitingStates.includes(state)

async function settleOtherwise(asked: Exclude<Asked, { kind: 'waits' }>, { intent, ports }: Commanded): Promise<void> {
  if (asked.kind === 'refused') return refuseCommand(intent, asked.reason, ports)
  const { outcome } = asked
  const body = approvalAnswer(intent.id, outcome)
  if (outcome.kind === 'under-way') return answerAbout(outcome.deployment, intent, body, ports)
  await answer(intent, body, {}, ports)
}

const isSame = (one: Pick<Verdict, 'person' | 'revision' | 'content'>, other: Verdict): boolean =>
  samePerson(one.person, other.person) && one.revision === other.revision && one.content === other.content

const speakerOf = ({ intent, role }: Commanded): Person => ({ person: intent.actor, role })

const commitOf = ({ revision = '' }: Deployment): string => shortSha(revision)

const never = (): never => {
  throw new Error('there is no rule about approval')
}
