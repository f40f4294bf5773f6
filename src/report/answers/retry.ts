import { headlineOf, progressOf } from '../wording.ts'
import { type Said, saidAnswer } from './said.ts'
import { type Subject, subjectFacts } from './subject.ts'

/** Why `/retry` began no attempt. */
export type RetryOutcome =
  /** `deployment` is the one on its way; a second beside it would do nothing. */
  | (Subject & { kind: 'under-way' })
  /** `deployment` is the last one, which went well. */
  | (Subject & { kind: 'not-failed' })
  | { kind: 'nothing-to-retry'; environment: string }

/** The answer to `/retry` where nothing is tried again; an attempt has one of its own. */
export const retryAnswer = (intent: string, outcome: RetryOutcome): string => saidAnswer(intent, saidOf(outcome))

function saidOf(outcome: RetryOutcome): Said {
  switch (outcome.kind) {
    case 'under-way':
      return {
        icon: '⏳',
        headline: headlineOf(outcome.deployment),
        sentences: [progressOf(outcome.deployment), 'It is not over yet, so there is nothing to try again'],
        facts: subjectFacts(outcome),
      }
    case 'not-failed':
      return {
        icon: '✅',
        headline: headlineOf(outcome.deployment),
        sentences: ['It did not fail, so there is nothing to try again'],
        facts: subjectFacts(outcome),
      }
    case 'nothing-to-retry':
      return {
        icon: '🤷',
        headline: `There is nothing to try again on ${outcome.environment}`,
        sentences: [`Nothing was deployed there yet. To begin, push to its branch or write /deploy ${outcome.environment}`],
      }
  }
}
