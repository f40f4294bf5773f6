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
      found: readonly string[]
      /** How many different people are needed. */
      required: number
      /** Who may approve, as the rule names them; empty: anybody with write access. */
      from: readonly string[]
    })
  | (Subject & { kind: 'rejected'; person: string; reason: string })
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
  if (outcome.kind === 'rejected')
    return {
      icon: '🚫',
      headline: `${commit} was rejected for ${environment}`,
      sentences: [`${outcome.person} says: ${outcome.reason}`, 'Nothing was changed on any host. A new commit is asked about anew'],
      facts: subjectFacts(outcome),
    }
  const missing = outcome.required - outcome.found.length
  return {
    icon: '👍',
    headline:
      missing > 0
        ? `${outcome.found.length} of ${outcome.required} approvals of ${commit} for ${environment}`
        : `${commit} is approved for ${environment}`,
    sentences: [
      ...(outcome.again ? [`${outcome.person} had approved it before; that counts once`] : []),
      missing > 0
        ? `${missing} more ${missing === 1 ? 'is' : 'are'} needed, of ${fromText(outcome.from)}`
        : 'It goes on by itself, unless something else holds it back',
      'This holds for exactly this commit and what was shown of it; what changes is asked about anew',
    ],
    facts: [...subjectFacts(outcome), `approved by ${outcome.found.join(', ')}`],
  }
}

const fromText = (from: readonly string[]): string => (from.length === 0 ? 'anybody with write access' : from.join(', '))
