import { describe, expect, test } from 'vitest'
import { good, parseProject, told } from './given.ts'

const following = (source: string) => parseProject(`version: 1\nenvironments: { a: { hosts: [h], ${source} } }`)
const withTop = (top: string) => parseProject(`version: 1\nenvironments: { a: { hosts: [h], branch: main } }\n${top}`)
const refusal = (parsed: ReturnType<typeof following>) => told(parsed).map((text) => text.replace(/^\S+ /, ''))

describe('an environment follows a branch or tags', () => {
  test('one of both', () => {
    expect(good(following('branch: main')).environments.a?.source).toEqual({ kind: 'branch', branch: 'main' })
    expect(good(following('tag: "v*"')).environments.a?.source).toEqual({ kind: 'tag', pattern: 'v*' })
  })
  test('not both, and not nothing', () => {
    expect(told(following('branch: main, tag: "v*"'))).toEqual(['2:48 environments.a.tag: there are both `branch` and `tag`'])
    expect(told(following('keep: 3'))).toEqual(['2:17 environments.a.branch: there is neither `branch` nor `tag`'])
  })
  test('one that is wrong is not missing as well', () => {
    expect(refusal(following('branch: 1'))).toEqual(['environments.a.branch: expected text, found a number'])
    expect(refusal(following('tag: [v1]'))).toEqual(['environments.a.tag: expected text, found a list'])
  })
})

describe('tags are names that Git allows, with `*`', () => {
  test.each(['v*', '*', 'v*.*.*', 'release/v*', 'v1'])('%s', (tag) =>
    expect(good(following(`tag: "${tag}"`)).environments.a?.source).toEqual({ kind: 'tag', pattern: tag }),
  )
  test.each([
    ['refs/tags/v*', 'this is a full ref'],
    ['v?', 'this pattern has more than `*` in it'],
    ['v[0-9]', 'this pattern has more than `*` in it'],
    ['**', 'this pattern has more than `*` in it'],
    ['', 'this is not a name Git allows for a tag'],
    ['v *', 'this is not a name Git allows for a tag'],
    ['-*', 'this is not a name Git allows for a tag'],
    ['v*..', 'this is not a name Git allows for a tag'],
  ])('%j is refused', (tag, what) => expect(refusal(following(`tag: "${tag}"`))).toEqual([`environments.a.tag: ${what}`]))
})

describe('patterns of paths', () => {
  const image = (pattern: string) => withTop(`images: { web: { repository: a/b, paths: [${JSON.stringify(pattern)}] } }`)
  test('of an image are what it is built from; without them everything is', () => {
    const { images } = good(withTop('images: { web: { repository: a/b, paths: [apps/web/**, package.json] }, api: { repository: a/c } }'))
    expect(images.web?.paths).toEqual(['apps/web/**', 'package.json'])
    expect(images.api).not.toHaveProperty('paths')
  })
  test('of the repository say what deploys something', () => {
    expect(good(withTop('paths: { ignore: ["**/*.md"], only: [shop/**] }')).paths).toEqual({ ignore: ['**/*.md'], only: ['shop/**'] })
    expect(good(withTop('paths: {}')).paths).toEqual({ ignore: [], only: [] })
  })
  test.each(['**', '*', '**.md', '.github/**', '*.ya?ml', 'a b/ü', 'a..b', '-x', 'a!b'])('%s is one', (pattern) =>
    expect(good(image(pattern)).images.web?.paths).toEqual([pattern]),
  )
  test.each([
    ['!docs/**', '`!` is not supported: a pattern takes nothing back'],
    ['app/[id]/*', 'this pattern has more than `*`, `**` and `?` in it'],
    ['*.{js,ts}', 'this pattern has more than `*`, `**` and `?` in it'],
    ['c++/**', 'this pattern has more than `*`, `**` and `?` in it'],
    ['a\\b', 'this pattern has more than `*`, `**` and `?` in it'],
    ['?.md', 'there is no character before this `?`'],
    ['a*?', 'there is no character before this `?`'],
    ['a??', 'there is no character before this `?`'],
    ['*a'.repeat(11), 'this pattern has more than 10 wildcards'],
    ['docs/', 'this pattern ends with `/`'],
    ['/docs/**', 'this is not a path inside the repository'],
    ['./docs', 'this is not a path inside the repository'],
    ['../x', 'this is not a path inside the repository'],
    ['a//b', 'this is not a path inside the repository'],
    ['', 'this is not a path inside the repository'],
    ['a\nb', 'this is not a path inside the repository'],
  ])('%j is refused', (pattern, what) => {
    expect(refusal(image(pattern))).toEqual([`images.web.paths[0]: ${what}`])
    expect(refusal(withTop(`paths: { only: [${JSON.stringify(pattern)}] }`))).toEqual([`paths.only[0]: ${what}`])
  })
  test('a list of them is not empty, and names each once', () => {
    expect(refusal(withTop('paths: { ignore: [], only: [a, a] }'))).toEqual([
      'paths.ignore: there are no patterns',
      'paths.only[1]: "a" is named twice in this list',
    ])
    expect(refusal(withTop('images: { web: { repository: a/b, paths: [a, a] } }'))).toEqual([
      'images.web.paths[1]: "a" is named twice in this list',
    ])
  })
})
