import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches } from '../../src/domain/glob.ts'

describe('a pattern means what it means to GitHub Actions', () => {
  test.each<[pattern: string, matched: string[], others: string[]]>([
    ['*', ['README.md', '.env'], ['docs/README.md']],
    ['**', ['README.md', 'a/b/c.txt', '.github/x'], []],
    ['*.md', ['README.md', '.md'], ['docs/README.md', 'README.mdx']],
    ['**.md', ['README.md', 'docs/guide/README.md'], ['README.txt']],
    ['**/*.md', ['README.md', 'docs/guide/README.md'], ['docs/md']],
    ['**/README.md', ['README.md', 'docs/README.md'], ['docs/MYREADME.md', 'docs/readme.md']],
    ['docs/*', ['docs/a.md'], ['docs/a/b.md', 'docs', 'docs2/a.md']],
    ['docs/**', ['docs/a.md', 'docs/a/b.md'], ['docs', 'a/docs/b.md']],
    ['docs/**/*.md', ['docs/a.md', 'docs/a/b/c.md'], ['docs/a.txt', 'docsa.md']],
    ['**/docs/**', ['docs/a', 'x/y/docs/z/a'], ['x/mydocs/a']],
    ['**/*src/**', ['src/a', 'my-src/a/b', 'x/my-src/a'], ['srcs/a']],
    ['apps/**/**/x', ['apps/x', 'apps/a/x', 'apps/a/b/c/x'], ['appsx', 'apps/ax']],
    ['a**/b', ['a/b', 'ac/d/b'], ['b', 'ab']],
    ['*.ya?ml', ['a.yml', 'a.yaml'], ['a.yaaml', 'a.ybml']],
    ['(a|b).+[c]', ['(a|b).+[c]'], ['a.c', 'b..c']],
    ['ü?*', ['', 'ü', 'x'], ['ü/x']],
  ])('%s', (pattern, matched, others) => {
    expect(matched.filter((path) => !matches(pattern, path))).toEqual([])
    expect(others.filter((path) => matches(pattern, path))).toEqual([])
  })
})

test('it agrees with the regular expression that a pattern stands for', () => {
  const expression = (pattern: string) =>
    pattern.replace(/(?<=^|\/)\*\*\/|\*\*|\*|\./g, (found) => ({ '**/': '(.*/)?', '**': '.*', '*': '[^/]*' })[found] ?? '\\.')
  const pattern = fc.array(fc.constantFrom('a', 'b', '/', '.', '*', '**', '**/', 'a?'), { maxLength: 8 }).map((pieces) => pieces.join(''))
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, path, (written, asked) => {
      expect(matches(written, asked)).toBe(new RegExp(`^${expression(written)}$`).test(asked))
    }),
    { numRuns: 2000 },
  )
})

test('a pattern made to keep a matcher busy does not', () => {
  expect(matches(`${'*a'.repeat(250)}b`, 'a'.repeat(4_000))).toBe(false)
})
