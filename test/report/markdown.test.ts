import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code, codeBlock, link, marker, plain } from '../../src/report/markdown.ts'
import { anyText } from './hostile.ts'

describe('foreign words in Markdown', () => {
  test.each([
    ['mention nobody', '@mona and @acme/ops', '@&#8203;mona and @&#8203;acme/ops'],
    ['link no issue', 'fixes #12, GH-7', 'fixes \\#&#8203;12, GH-&#8203;7'],
    ['are no HTML', '<img src=x>', '&lt;img src=x&gt;'],
    ['are no entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['are no link', '[a](https://b.c)', '\\[a\\]\\(https:&#8203;//b.c\\)'],
    ['link no bare address', 'www.evil.example', 'www&#8203;.evil.example'],
    ['are not formatted', '*a* _b_ `c` ~d~ $e$', '\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\$e\\$'],
    ['begin no list', '- a', '\\- a'],
    ['begin no numbered list', '1. a', '1\\. a'],
    ['stay on their line', 'a\n# b', 'a \\#&#8203; b'],
  ])('%s', (_why, text, expected) => expect(plain(text)).toBe(expected))

  test('leave no special character alone', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = plain(text)
        return !/[<>\n]/.test(shown) && !/@(?!&#8203;)/.test(shown) && !/(?<!\\)(\\\\)*[`*_[\]|~$!{}()]/.test(shown)
      }),
    ))
})

describe('foreign words as code', () => {
  test.each([
    ['plain', 'web-1', '`web-1`'],
    ['with a backtick', 'a`b', '``a`b``'],
    ['ending in backticks', 'a``', '``` a`` ```'],
    ['empty', '\n', ''],
  ])('%s', (_why, text, expected) => expect(code(text)).toBe(expected))

  test('are never ended by what they hold', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = code(text)
        if (shown === '') return true
        const fence = /^`+/.exec(shown)?.[0] ?? ''
        const inside = shown.slice(fence.length, -fence.length)
        return !shown.includes('\n') && !Array.from(inside.matchAll(/`+/g)).some(([run]) => run.length >= fence.length)
      }),
    ))
})

test('a block of code is never ended by what it holds', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      const [opening = '', ...rest] = codeBlock(text).split('\n')
      const fence = opening.replace('text', '')
      return rest.pop() === fence && !rest.some((line) => line.includes(fence))
    }),
  ))

test('a link is not ended by its address', () => expect(link('a', 'https://b.c/(d) e')).toBe('[a](https://b.c/%28d%29%20e)'))

test('a marker is one comment whatever its name', () => expect(marker('configuration --> <b>')).toBe('<!-- landfall:configuration-b- -->'))
