import { progressOf } from '../wording.ts'
import { type Said, saidAnswer } from './said.ts'
import { commitText, environmentText, type Subject, subjectFacts } from './subject.ts'

/** What became of `/approve` or `/reject`. */
export type ApprovalOutcome =
  | (Subject & {
      kind: 'approved'
      person: string
      /** Whether the same person had approved the very same before. */
      again?: true
      /** Everybody whose approval counts now. */
      found: string
      /** How many different people are needed, and how many of them are still. */
      required: number
      missing: number
      /** Who else may approve, where somebody is missing. */
      from: string
    })
  | (Subject & { kind: 'rejected'; person: string; reason: string })
  /** It goes already; nobody need approve it any more. */
  | (Subject & { kind: 'under-way' })
  /** What it would do is not known yet. */
  | (Subject & { kind: 'not-shown' })
  | { kind: 'nothing-waits'; environment: string }

/** The answer to `/approve` and `/reject`. */
export const approvalAnswer = (intent: string, outcome: ApprovalOutcome): string => saidAnswer(intent, saidOf(outcome))

function saidOf(outcome: ApprovalOutcome): Said {
  if (outcome.kind === 'nothing-waits')
    return {
      icon: '🤷',
      headline: `Nothing waits for approval on ${outcome.environment}`,
      sentences: [`Nothing was changed. What runs and what waits there is told by /status ${outcome.environment}`],
    }
  const [commit, environment] = [commitText(outcome), environmentText(outcome)]
  if (outcome.kind === 'under-way')
    return {
      icon: '🚚',
      headline: `${commit} is on its way to ${environment} already`,
      sentences: [progressOf(outcome.deployment), 'Nothing more has to be approved'],
      facts: subjectFacts(outcome),
    }
  if (outcome.kind === 'not-shown')
    return {
      icon: '⏳',
      headline: `What ${commit} would do on ${environment} is not known yet`,
      sentences: [progressOf(outcome.deployment), 'Say it again once its plan is shown'],
      facts: subjectFacts(outcome),
    }
  if (outcome.kind === 'rejected')
    return {
      icon: '🚫',
      headline: `${commit} was rejected for ${environment}`,
      sentences: [
        `${outcome.person} says: ${outcome.reason}`,
        outcome.deployment.state === 'paused'
          ? 'Every host that had it goes back to what it ran before'
          : 'Nothing was changed on any host. A new commit is asked about anew',
      ],
      facts: subjectFacts(outcome),
    }
  const { missing, required } = outcome
  return {
    icon: '👍',
    headline:
      missing > 0
        ? `${required - missing} of ${required} approvals of ${commit} for ${environment}`
        : `${commit} is approved for ${environment}`,
    sentences: [
      ...(outcome.again ? [`${outcome.person} had approved it before; that counts once`] : []),
      missing > 0
        ? `${missing} more ${missing === 1 ? 'is' : 'are'} needed, of ${outcome.from}`
        : 'It goes on by itself, unless something else holds it back',
      'This holds for exactly this commit and what was shown of it; what changes is asked about anew',
    ],
    facts: [...subjectFacts(outcome), `approved by ${outcome.found}`],
  }
}
