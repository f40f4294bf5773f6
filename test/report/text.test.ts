import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, description, lines, oneLine, within } from '../../src/report/text.ts'
import { anyText } from './hostile.ts'

describe('one line', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['line breaks', 'a\r\nb\n\nc', 'a b c'],
    ['control characters', 'a\u0007\u0000b', 'ab'],
    ['directional overrides that make text read backwards', 'abc\u202edef', 'abcdef'],
    ['half an emoji', 'a\ud800b', 'a\ufffdb'],
  ])('is free of %s', (_what, text, expected) => expect(oneLine(text)).toBe(expected))

  test('keeps the letters of every script', () => expect(oneLine('日本語 ñ שלום 🐛')).toBe('日本語 ñ שלום 🐛'))
})

test('lines stay lines, with a progress bar rewritten in place shown step by step', () =>
  expect(lines('10%\r20%\n\tdone')).toEqual(['10%', '20%', '  done']))

describe('cutting', () => {
  test.each([
    ['short text stays', 'abc def', 7, 'abc def'],
    ['a border near the end is used', 'the quick brown fox jumps', 20, 'the quick brown…'],
    ['one long word is broken', 'abcdefghijkl', 6, 'abcde…'],
    ['an emoji is never halved', '🐛🐛🐛🐛', 3, '🐛🐛…'],
  ])('%s', (_why, text, limit, expected) => expect(cut(text, limit)).toBe(expected))

  test('is never longer than its limit', () =>
    fc.assert(fc.property(anyText, fc.nat(200), (text, limit) => Array.from(cut(text, limit)).length <= limit)))

  test('within a limit counts what escaping adds', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;')
    fc.assert(
      fc.property(anyText, fc.nat(300), (text, limit) => {
        const shown = within(text, limit, escaped)
        return shown.length <= limit && !/&(?!amp;)/.test(shown)
      }),
    )
  })
})

describe('a description for GitHub', () => {
  test('drops emoji, to which GitHub answers 422', () => expect(description('🐛 fix 🪗 carts')).toBe('fix carts'))

  test('is one line of at most 140 characters of the basic plane', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = description(text)
        return shown.length <= 140 && !/[\u{10000}-\u{10ffff}\p{Cc}]/u.test(shown)
      }),
    ))
})
