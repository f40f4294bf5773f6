import { expect, test } from 'vitest'
import type { RefMove } from '../../src/domain/ref-move.ts'
import { movesThatBrought } from '../../src/policy/moves-that-brought.ts'

/** `lisa: base>a` a push, `lisa! a>b` a forced one, `lisa+ a` the branch made, `lisa- a` deleted. Oldest first here. */
function told(...moves: string[]): RefMove[] {
  return moves.toReversed().map((text): RefMove => {
    const [, by = '', sign = '', before = '', after = ''] = /^(\w+)([:!+-]) (\w*)>?(\w*)$/.exec(text) ?? []
    if (sign === '+') return { kind: 'made', after: before, by }
    if (sign === '-') return { kind: 'deleted', before, by }
    return { kind: sign === '!' ? 'forced' : 'push', before, after, by }
  })
}

const brought = new Set(['a', 'b', 'c'])

test.each<[why: string, moves: string[], all: boolean, known: boolean, people: string[]]>([
  ['a branch made with the change', ['lisa+ c'], true, true, ['lisa']],
  ['made where nothing is new, then pushed to', ['otto+ base', 'lisa: base>a', 'mona: a>c'], true, true, ['mona', 'lisa']],
  ['what was there before the change is nobody’s of now', ['peter: old>base', 'lisa: base>a', 'mona: a>c'], false, true, ['mona', 'lisa']],
  ['pushed to after it was merged', ['lisa: base>c', 'peter: c>later'], false, true, ['lisa']],
  ['a push that is missing', ['lisa: base>a', 'mona: b>c'], true, false, ['mona', 'lisa']],
  ['the beginning is missing', ['mona: b>c'], false, false, ['mona']],
  ['the last of the commits is missing', ['lisa: base>b'], true, false, ['lisa']],
  ['nothing is told', [], false, false, []],
  [
    'one’s own commit taken back, to come with another’s push',
    ['lisa+ base', 'mona: base>x', 'mona! x>base', 'lisa: base>c'],
    true,
    true,
    ['lisa', 'mona', 'mona', 'lisa'],
  ],
  [
    'another’s commit below one’s own, which alone is taken back',
    ['lisa+ base', 'mona: base>x', 'lisa! x>a', 'lisa: a>c'],
    true,
    true,
    ['lisa', 'lisa', 'mona', 'lisa'],
  ],
  ['moved back, and older moves are missing', ['mona: base>x', 'lisa! x>base', 'lisa: base>c'], false, false, ['lisa', 'lisa', 'mona']],
  ['moved back, and one in between is missing', ['lisa+ base', 'lisa! x>base', 'lisa: base>c'], true, false, ['lisa', 'lisa', 'lisa']],
  ['deleted after it was merged: who deleted it brought nothing', ['lisa+ c', 'otto- c'], true, true, ['lisa']],
  ['deleted and made again under its name', ['mona+ a', 'mona- a', 'lisa+ c'], true, true, ['lisa', 'mona']],
  ['restored after it was merged', ['lisa+ a', 'mona: a>c', 'otto- c', 'otto+ c'], true, true, ['otto', 'mona', 'lisa']],
  ['restored, and what was before is missing', ['mona: a>c', 'otto- c', 'otto+ c'], false, false, ['otto', 'mona']],
])('%s', (_why, moves, all, known, people) => {
  const found = movesThatBrought('c', brought, { moves: told(...moves), all })
  expect({ known: found.known, people: found.moves.map(({ by }) => by) }).toEqual({ known, people })
})
