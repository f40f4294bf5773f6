import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import { configurationComment, configurationStatus } from '../../src/report/configuration.ts'
import { repository, sha } from '../support/builders.ts'
import { anyText } from './hostile.ts'

const source = { github: 'https://github.com', repository, revision: sha('a') }
const file = '.github/landfall.yml'
const unknownHost: Problem = {
  file,
  line: 12,
  column: 14,
  path: 'environments.production.hosts[1]',
  what: 'unknown host "web-3"',
  remedy: "Add it to the operator's inventory or remove it here",
}
const noFile: Problem = { file: 'compose.yml', what: 'there is no such file', remedy: 'Add it, or name another under `compose`' }

describe('the status of a commit whose configuration is broken', () => {
  test('names the problem and leads to its line', () =>
    expect(configurationStatus(source, [unknownHost])).toEqual({
      revision: sha('a'),
      context: 'landfall/configuration',
      state: 'failure',
      description: '.github/landfall.yml:12:14: unknown host "web-3"',
      url: `https://github.com/acme/shop/blob/${sha('a')}/.github/landfall.yml#L12`,
    }))

  test('counts several', () =>
    expect(configurationStatus(source, [noFile, unknownHost]).description).toBe('2 problems, first compose.yml: there is no such file'))
})

describe('the comment', () => {
  test('lists every problem with its place and what to do', () =>
    expect(configurationComment(source, [unknownHost, noFile], 'configuration')).toBe(
      [
        '<!-- landfall:configuration -->',
        '### Landfall cannot use this configuration',
        '',
        `[\`aaaaaaa\`](https://github.com/acme/shop/commit/${sha('a')}) has 2 problems. Nothing was deployed and nothing was touched.`,
        '',
        `- [\`.github/landfall.yml:12:14\`](https://github.com/acme/shop/blob/${sha('a')}/.github/landfall.yml#L12) \`environments.production.hosts[1]\`: unknown host "web-3".`,
        "  Add it to the operator's inventory or remove it here.",
        `- [\`compose.yml\`](https://github.com/acme/shop/blob/${sha('a')}/compose.yml) there is no such file.`,
        '  Add it, or name another under \\`compose\\`.',
        '',
        'Push a correction and Landfall reads it again.',
      ].join('\n'),
    ))

  test('of a thousand problems is one GitHub accepts, and says how many are left out', () => {
    const long = { ...unknownHost, what: '@'.repeat(5000) }
    const comment = configurationComment(source, Array(1000).fill(long), 'configuration')
    expect(comment.length).toBeLessThanOrEqual(65_536)
    expect(comment).toMatch(/- and \d+ more/)
  })

  test('rings for nobody and holds no HTML but its marker, whatever the file says', () =>
    fc.assert(
      fc.property(anyText, anyText, (what, path) => {
        const comment = configurationComment(source, [{ file: path, path, what, remedy: what, line: 1 }], 'configuration')
        const prose = withoutCode(comment.split('\n').slice(1).join('\n'))
        return comment.length <= 65_536 && !/[<>]/.test(prose) && !/@(?!&#8203;)/.test(prose)
      }),
    ))
})

/** Code spans show what they hold as it is: there anything may stand. */
const withoutCode = (markdown: string): string => markdown.replace(/(?<![\\`])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
