import { expect, test } from 'vitest'
import { coAuthorsIn, subjectOf } from '../../../src/adapters/github/message.ts'

test.each([
  ['the first line', 'Add a door\n\nIt opens.', 'Add a door'],
  ["a pull request's title, where GitHub merged", 'Merge pull request #7 from acme/door\n\nAdd a door', 'Add a door'],
  ['the merge itself, where it has no title', 'Merge pull request #7 from acme/door', 'Merge pull request #7 from acme/door'],
  ['nothing of nothing', '', ''],
])('the subject is %s', (_what, message, subject) => expect(subjectOf(message)).toBe(subject))

test.each([
  ['a login, where the address tells it', 'Co-authored-by: Mona <7+mona@users.noreply.github.com>', ['mona']],
  ['also of an old address and of a bot', 'co-authored-by: x <hub-bot[bot]@users.noreply.github.com>', ['hub-bot[bot]']],
  ['an address otherwise', 'Co-Authored-By: Otto O. <otto@example.com>', ['otto@example.com']],
  ['each once', 'Co-authored-by: a <a@b.c>\r\nCo-authored-by: A <a@b.c>\r\nCo-authored-by: d <d@e.f>', ['a@b.c', 'd@e.f']],
  ['nobody who only looks like one', 'As co-authored-by: a <a@b.c>\nCo-authored-by: a@b.c\nCo-authored-by: <a b@c>', []],
  [
    'no address that pretends to hold a login',
    'Co-authored-by: a <mona@users.noreply.github.com.example>',
    ['mona@users.noreply.github.com.example'],
  ],
])('co-authors: %s', (_what, trailers, expected) => expect(coAuthorsIn(`Add a door\n\n${trailers}\n`)).toEqual(expected))
