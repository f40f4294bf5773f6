import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PathsRule } from '../../../src/domain/configuration.ts'
import { type ChangedFiles, imageChanged, onlyIgnored, paths } from '../../../src/policy/gates/paths.ts'

const rules = (ignore: string[], only: string[] = [], always?: string[]): PathsRule => ({ ignore, only, ...(always && { always }) })
const docs = rules(['**/*.md', 'docs/**'])

describe('what deploys something', () => {
  const own = '.github/landfall.yml'
  test.each<[why: string, given: ReturnType<typeof rules>, changed: ChangedFiles, expected: string]>([
    ['code', docs, ['src/app.ts', 'README.md'], 'deploy'],
    ['a README', docs, ['README.md'], 'nothing-to-do'],
    ['several ignored files', docs, ['README.md', 'docs/a.png', 'apps/web/README.md'], 'nothing-to-do'],
    ['anything, where nothing is ignored', rules([]), ['README.md'], 'deploy'],
    ['an empty commit: it was made to be deployed', docs, [], 'deploy'],
    ['more files than GitHub lists', docs, 'unknown', 'deploy'],
    ['a file inside', rules([], ['apps/web/**']), ['apps/web/index.ts'], 'deploy'],
    ['a file outside', rules([], ['apps/web/**']), ['apps/api/index.ts'], 'nothing-to-do'],
    ['inside, and ignored', rules(['**/*.md'], ['apps/web/**']), ['apps/web/README.md'], 'nothing-to-do'],
    ["the project's own file, whatever it says of itself", rules(['**'], ['apps/web/**']), [own, 'README.md'], 'deploy'],
    [
      'files that hosts get, although they are ignored',
      rules(['**'], ['apps/**'], ['deploy/nginx']),
      ['deploy/nginx/tls/a.conf'],
      'deploy',
    ],
    ['their namesakes', rules(['**'], [], ['deploy/nginx']), ['deploy/nginx-old/a.conf', 'deploy'], 'nothing-to-do'],
    ['moved out of what is ignored: the old path is ignored, the new is not', docs, ['docs/app.ts', 'src/app.ts'], 'deploy'],
  ])('%s', (_why, given, changed, expected) => expect(paths(given, own, changed).kind).toBe(expected))

  test('says which files it went by', () => {
    expect(paths(docs, own, ['README.md'])).toMatchObject({ why: 'only ignored files changed: README.md, which `paths` leaves out' })
    expect(paths(docs, own, ['README.md', 'docs/a', 'docs/b'])).toMatchObject({
      why: 'only ignored files changed: README.md and 2 more, all of which `paths` leaves out',
    })
  })
})

test.each<[why: string, patterns: string[] | undefined, changed: ChangedFiles, expected: boolean]>([
  ['without paths each commit has its own', undefined, ['README.md'], true],
  ['one of its files', ['apps/web/**'], ['README.md', 'apps/web/a.ts'], true],
  ['files of another image', ['apps/web/**'], ['apps/api/a.ts'], false],
  ['no file at all', ['apps/web/**'], [], false],
  ['nobody knows', ['apps/web/**'], 'unknown', true],
])('an image changed: %s', (_why, patterns, changed, expected) => expect(imageChanged(patterns, changed)).toBe(expected))

test('more rules never ignore more, and more files never either', () => {
  const glob = fc.constantFrom('**', '**/*.md', 'docs/**', 'src/*', '*')
  const rule = fc.record({ ignore: fc.array(glob, { maxLength: 2 }), only: fc.array(glob, { maxLength: 2 }) })
  const file = fc.constantFrom('README.md', 'docs/a.md', 'docs/b.png', 'src/a.ts', 'src/deep/b.md')
  fc.assert(
    fc.property(fc.array(rule), rule, fc.array(file), file, (some, another, files, more) => {
      if (some.length > 0 && !onlyIgnored(some, files)) expect(onlyIgnored([...some, another], files)).toBe(false)
      if (!onlyIgnored(some, files)) expect(onlyIgnored(some, [...files, more])).toBe(false)
    }),
  )
})
