import { askedAbout, type Deployment, isAtWork, isVerified, type TimelineEntry } from '../domain/deployment.ts'
import type { Verdict } from '../domain/gate.ts'
import { words } from './answers/said.ts'
import type { CheckFacts } from './check-run.ts'
import { draftSections } from './draft-sections.ts'
import { explained, explainedSection } from './explained.ts'
import { asksForApproval, heldBy } from './held-by.ts'
import { link, sentence } from './markdown.ts'
import { proofSection } from './proof-section.ts'
import { checkRoom, fitted, type Section } from './sections.ts'
import { smallPrint } from './small-print.ts'
import { tell } from './telling.ts'
import { momentText } from './time.ts'
import { shortBecause, takenBackText } from './wording.ts'

/** So many refused commands are told of; the record has all. */
const refusalsShown = 3

/**
 * What is below the title of a deployment's check run: why it waits or went wrong, what was refused to those who pressed its buttons,
 * who agreed, and what it does.
 */
export function checkSummary({ deployment, links, timeline, verdicts, takenBack }: CheckFacts): string {
  const told = tell(deployment, links)
  const draft = deployment.plan ?? deployment.proposal?.draft
  return fitted(
    [
      { head: smallPrint(told, ...(told.pullRequest ? [link(told.pullRequest.text, told.pullRequest.url)] : [])) },
      ...(takenBack
        ? [{ head: sentence(`${takenBackText(takenBack)} on ${momentText(takenBack.finishedAt ?? takenBack.createdAt)}`, 1500) }]
        : []),
      ...whySection(deployment),
      ...fetchedSection(deployment),
      ...refusalsSection(deployment, timeline),
      ...approvalsSection(deployment, verdicts),
      ...(draft ? [...draftSections(draft), proofSection(draft, isProved(deployment))] : []),
    ],
    checkRoom,
  )
}

/** What bakes was proved before it began to. */
const isProved = (deployment: Deployment): boolean =>
  isVerified(deployment) && (deployment.kind === 'deploy' || deployment.soak === undefined || deployment.soak.state === 'well')

function whySection(deployment: Deployment): Section[] {
  const reason = deployment.reason ?? shortBecause(deployment)
  if (heldBy(deployment).length > 0)
    return [{ head: '**What it waits for**\n', rows: heldBy(deployment).map((held) => `- ${explained(held)}`) }]
  return reason ? [explainedSection(reason)] : []
}

/** How many hosts need not pull any more once it goes. */
function fetchedSection({ state, proposal, fetched }: Deployment): Section[] {
  if (state !== 'waiting' || !proposal || fetched?.content !== proposal.content) return []
  const { there, failed } = fetched
  const left = failed.length === 0 ? '' : `; ${words(failed.join(', '), 300)} could not fetch them in advance and will when it goes`
  const { length } = proposal.draft.hosts
  return [{ head: `The images are on ${there.length} of ${length} ${length === 1 ? 'host' : 'hosts'}${left}.` }]
}

/** Whoever presses a button is answered nowhere else. What was refused while it waited is over with the waiting. */
function refusalsSection(deployment: Deployment, timeline: readonly TimelineEntry[]): Section[] {
  const { state, rollout, createdAt, finishedAt } = deployment
  const asked = asksForApproval(deployment) ? rollout?.asked : undefined
  if (isAtWork(state) && !asked) return []
  const since = Date.parse(finishedAt ?? asked?.since ?? createdAt)
  const refused = timeline.filter(({ step, at }) => step === 'command' && Date.parse(at) >= since)
  const rows = refused.slice(-refusalsShown).map(({ text }) => `- ${sentence(text, 1500)}`)
  return rows.length === 0 ? [] : [{ head: '**Refused**\n', rows }]
}

/**
 * Who agreed to what is shown, and who let the other hosts follow the first. Once it is planned nothing is shown that could be agreed to; the
 * last approval was given for what was shown then, or it would not have gone on.
 */
function approvalsSection(deployment: Deployment, verdicts: readonly Verdict[]): Section[] {
  const { revision, startedAt } = deployment
  const approvals = verdicts.filter((one) => one.verdict === 'approve' && one.revision === revision)
  const isOfCanary = ({ at }: Verdict) => startedAt !== undefined && Date.parse(at) > Date.parse(startedAt)
  const asked = askedAbout(deployment)?.content
  const [begin, follow] = [approvals.filter((one) => !isOfCanary(one)), approvals.filter(isOfCanary)]
  const rows = [
    ...ofNewest(begin, startedAt === undefined ? asked : undefined).map(approvalRow),
    ...ofNewest(follow, asked).map((one) => `${approvalRow(one)}, that the other hosts follow`),
  ]
  return rows.length === 0 ? [] : [{ head: '**Approved by**\n', rows }]
}

/** Those of what is asked about, or else of what the newest of them was given for. */
function ofNewest(approvals: readonly Verdict[], asked: string | undefined): Verdict[] {
  const content = asked ?? approvals.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at)).at(-1)?.content
  return approvals.filter((one) => one.content === content)
}

const approvalRow = ({ person, at }: Verdict): string => `- ${words(person, 200)} on ${words(momentText(at), 100)}`
