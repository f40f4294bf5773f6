import { expect, test } from 'vitest'
import type { OneOff } from '../../src/domain/one-off.ts'
import { remedyOf, sentenceOf } from '../../src/domain/reason.ts'
import { type TaskAsked, taskMeant } from '../../src/policy/task-words.ts'
import { sha } from '../support/builders.ts'

const reindex: OneOff = { service: 'web', run: ['bin/reindex', '--all'], within: 60 }
const meant = (given: Partial<TaskAsked>) => {
  const both = { newest: { reindex }, running: { reindex } }
  const found = taskMeant({ task: 'reindex', environment: 'production', revision: sha('a'), ...both, ...given })
  return found.kind === 'found' ? found.words : sentenceOf(found.reason)
}
const others = 'The release that runs on production (aaaaaaa) has other words for reindex'

test.each<[why: string, given: Partial<TaskAsked>, expected: OneOff | string]>([
  ['the same words', {}, reindex],
  ['other words', { newest: { reindex: { ...reindex, run: ['bin/reindex'] } } }, others],
  ['the same words, cut otherwise', { newest: { reindex: { ...reindex, run: ['bin/reindex --all'] } } }, others],
  ['another service', { newest: { reindex: { ...reindex, service: 'db' } } }, others],
  ['another time', { newest: { reindex: { ...reindex, within: 61 } } }, others],
  ['what runs has none', { running: {} }, 'The release that runs on production (aaaaaaa) has no task reindex'],
  ['what runs has one that was taken out since', { newest: {} }, 'There is no task reindex; there are none'],
  ['a name there is none of', { task: 'reindx' }, 'There is no task reindx (did you mean reindex?); there are reindex'],
  ['a name that every object has', { task: 'constructor' }, 'There is no task constructor; there are reindex'],
])('%s', (_why, given, expected) => expect(meant(given)).toEqual(expected))

test('the way out is to deploy first', () => {
  const found = taskMeant({ task: 'reindex', environment: 'production', revision: sha('a'), newest: { reindex }, running: {} })
  if (found.kind === 'found') throw new Error('it was found')
  expect(remedyOf(found.reason)).toBe('Only what passed its gates is run: deploy what the file says now, then say it again')
})
