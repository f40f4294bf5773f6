import { headlineOf, progressOf } from '../wording.ts'
import { type Said, saidAnswer } from './said.ts'
import { commitText, environmentText, type Subject, subjectFacts } from './subject.ts'

/** What became of `/cancel`. */
export type CancelOutcome =
  | (Subject & { kind: 'cancelled'; person: string })
  /** Between two waves: the hosts that had gone go back. */
  | (Subject & { kind: 'stopped'; person: string })
  /** Hosts are being changed already. */
  | (Subject & { kind: 'too-late' })
  | { kind: 'nothing-open'; environment: string }

/** The answer to `/cancel`. */
export const cancelAnswer = (intent: string, outcome: CancelOutcome): string => saidAnswer(intent, saidOf(outcome))

function saidOf(outcome: CancelOutcome): Said {
  switch (outcome.kind) {
    case 'cancelled':
      return {
        icon: '⏹️',
        headline: headlineOf({ ...outcome.deployment, state: 'cancelled' }),
        sentences: ['Nothing was changed on any host'],
        facts: [...subjectFacts(outcome), `cancelled by ${outcome.person}`],
      }
    case 'stopped':
      return {
        icon: '↩️',
        headline: `${commitText(outcome)} is stopped on its way to ${environmentText(outcome)}`,
        sentences: ['Every host that was changed goes back to what it ran before'],
        facts: [...subjectFacts(outcome), `stopped by ${outcome.person}`],
      }
    case 'too-late':
      return {
        icon: '⚠️',
        headline: `${commitText(outcome)} cannot be cancelled on ${environmentText(outcome)} any more`,
        sentences: [
          progressOf(outcome.deployment),
          `Hosts are being changed by now. To take it back, write /rollback ${environmentText(outcome)}: it stops, and what ran before comes back`,
        ],
        facts: subjectFacts(outcome),
      }
    case 'nothing-open':
      return {
        icon: '🤷',
        headline: `There is nothing to cancel on ${outcome.environment}`,
        sentences: ['Nothing waits there and nothing is on its way'],
      }
  }
}
