import type { Lock } from '../../domain/gate.ts'
import { cut, oneLine } from '../text.ts'
import { momentText } from '../time.ts'
import { type Said, saidAnswer } from './said.ts'

/** What became of `/lock` or `/unlock`. */
export type LockOutcome =
  | { kind: 'locked'; lock: Lock }
  /** Somebody else's lock is in the way. */
  | { kind: 'held'; lock: Lock }
  /** At least one lock, all of them gone now. */
  | { kind: 'unlocked'; person: string; locks: readonly Lock[] }
  /** Without an environment: there is no lock on all of them. */
  | { kind: 'not-locked'; environment?: string }

/** The answer to `/lock` and `/unlock`. */
export const lockAnswer = (intent: string, outcome: LockOutcome): string => saidAnswer(intent, saidOf(outcome))

/** Of as many locks it is told how they were; nobody sets more. */
const mostLocks = 5

/** "locked by mona since 21 Nov 2026, 10:00:00 UTC, until 21 Nov 2026, 12:00:00 UTC: database moves" */
export function lockText(lock: Lock): string {
  const where = lock.environment === undefined ? 'locked with all environments ' : 'locked '
  const why = oneLine(lock.reason)
  return `${where}by ${oneLine(lock.person)} since ${momentText(lock.since)}, ${endText(lock)}${why && `: ${cut(why, 500)}`}`
}

function saidOf(outcome: LockOutcome): Said {
  switch (outcome.kind) {
    case 'locked':
      return {
        icon: '🔒',
        headline: `${placeText(outcome.lock.environment)} is locked`,
        sentences: [
          oneLine(outcome.lock.reason),
          `Deployments by others and healing wait ${endText(outcome.lock)}; rollbacks pass`,
          `To end it before, write ${unlockText(outcome.lock)}`,
        ].filter((text) => text !== ''),
        facts: [`locked by ${outcome.lock.person}`],
      }
    case 'held':
      return {
        icon: '🔒',
        headline: `${placeText(outcome.lock.environment)} is already locked by ${outcome.lock.person}`,
        sentences: [
          capital(lockText(outcome.lock)),
          `Nothing was changed. Ask ${outcome.lock.person}, or end that lock with ${unlockText(outcome.lock)}`,
        ],
      }
    case 'unlocked':
      return {
        icon: '🔓',
        headline: unlockedText(outcome.locks),
        sentences: [...outcome.locks.slice(0, mostLocks).map((lock) => `It was ${lockText(lock)}`), 'What waited for it goes on by itself'],
        facts: [`unlocked by ${outcome.person}`],
      }
    case 'not-locked':
      return outcome.environment === undefined
        ? {
            icon: '🔓',
            headline: 'There is no lock on all environments',
            sentences: ['Nothing was changed. To end the lock of a single one, name it'],
          }
        : {
            icon: '🔓',
            headline: `${oneLine(outcome.environment)} was not locked by itself`,
            sentences: ['Nothing was changed. A lock on all environments is ended with /unlock --all'],
          }
  }
}

const placeText = (environment: string | undefined): string => (environment === undefined ? 'Every environment' : oneLine(environment))

function unlockedText(locks: readonly Lock[]): string {
  const places = [...new Set(locks.map(({ environment }) => placeText(environment)))]
  return `${places.join(', ')} ${places.length > 1 ? 'are' : 'is'} unlocked`
}

const unlockText = ({ environment }: Lock): string => `/unlock ${environment === undefined ? '--all' : oneLine(environment)}`

/** When a lock ends: by itself, with its pull request, or when somebody ends it. */
function endText({ until, pullRequest }: Lock): string {
  const ends = [until !== undefined && `until ${momentText(until)}`, pullRequest !== undefined && `until #${pullRequest} is closed`]
  return ends.filter((end) => end !== false).join(', or ') || 'until somebody unlocks it'
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
