import type { OneOff } from '../domain/one-off.ts'
import { reason } from '../domain/reason.ts'
import { type Sha, shortSha } from '../domain/repository.ts'
import { suggest } from '../domain/suggest.ts'
import type { Found } from './task-place.ts'

export interface TaskAsked {
  task: string
  environment: string
  /** Those of the newest file: what people read who ask. */
  newest: Record<string, OneOff>
  /** Those of the file that the release brought which runs. */
  running: Record<string, OneOff>
  /** The commit of that release. */
  revision: Sha
}

/**
 * The words of a task as the release has them that runs, for those passed its gates. Where people would read something else in the newest
 * file nothing is run: neither what nobody approved, nor what nobody expects.
 */
export function taskMeant({ task, environment, newest, running, revision }: TaskAsked): Found<{ words: OneOff }> {
  const expected = named(newest, task)
  if (!expected) {
    const names = Object.keys(newest)
    const meant = suggest(task, names)
    const known = names.join(', ') || 'none'
    return { kind: 'refused', reason: reason('task-unknown', { task, known, ...(meant !== undefined && { meant }) }) }
  }
  const words = named(running, task)
  if (words && sameWords(words, expected)) return { kind: 'found', words }
  const evidence = { task, environment, commit: shortSha(revision), what: words ? 'other words for' : 'no task' }
  return { kind: 'refused', reason: reason('task-not-deployed', evidence) }
}

/** Whether both would do the very same. */
export const sameWords = (one: OneOff, other: OneOff): boolean =>
  one.service === other.service &&
  one.within === other.within &&
  one.run.length === other.run.length &&
  one.run.every((word, index) => word === other.run[index])

const named = (tasks: Record<string, OneOff>, name: string): OneOff | undefined => (Object.hasOwn(tasks, name) ? tasks[name] : undefined)
