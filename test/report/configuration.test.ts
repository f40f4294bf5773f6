import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/domain/problem.ts'
import { configurationCheck, configurationComment } from '../../src/report/configuration.ts'
import { repository, sha } from '../support/builders.ts'
import { anyText, withoutCode } from './hostile.ts'

const source = { github: 'https://github.com', repository, revision: sha('a'), othersGo: false }
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

describe('the check of a commit whose configuration is broken', () => {
  test('names the problem, leads to its line and stands at it', () =>
    expect(configurationCheck(source, [unknownHost], 'i1')).toEqual({
      name: 'Landfall configuration',
      revision: sha('a'),
      externalId: 'i1',
      state: 'failure',
      title: '.github/landfall.yml:12:14: unknown host "web-3"',
      summary: expect.stringContaining('has a problem. Nothing was deployed'),
      detailsUrl: `https://github.com/acme/shop/blob/${sha('a')}/.github/landfall.yml#L12`,
      buttons: [],
      annotations: [
        {
          path: file,
          startLine: 12,
          endLine: 12,
          level: 'failure',
          title: 'environments.production.hosts[1]',
          message: 'unknown host "web-3". Add it to the operator\'s inventory or remove it here.',
        },
      ],
    }))

  test('counts several', () =>
    expect(configurationCheck(source, [noFile, unknownHost], 'i1').title).toBe('2 problems, first compose.yml: there is no such file'))

  test('of a thousand problems is one GitHub accepts', () => {
    const check = configurationCheck(source, Array(1000).fill({ ...unknownHost, what: '🐛'.repeat(5000) }), 'i1')
    expect(Buffer.byteLength(check.summary)).toBeLessThanOrEqual(65_535)
    expect(check.summary).toMatch(/and \d+ more$/)
    expect(check.annotations).toHaveLength(50)
  })
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
        '  Add it, or name another under `compose`.',
        '',
        'Push a correction and Landfall reads it again.',
      ].join('\n'),
    ))

  test('of a thousand problems is one GitHub accepts, and says how many are left out', () => {
    const long = { ...unknownHost, what: '@'.repeat(5000) }
    const comment = configurationComment(source, Array(1000).fill(long), 'configuration')
    expect(comment.length).toBeLessThanOrEqual(65_536)
    expect(comment).toMatch(/and \d+ more/)
  })

  test('rings for nobody and holds no HTML but its marker, whatever the file says', () =>
    fc.assert(
      fc.property(anyText, anyText, (what, path) => {
        const comment = configurationComment(source, [{ file: path, path, what, remedy: what, line: 1 }], 'configuration')
        const prose = withoutCode(comment.split('\n').slice(1).join('\n'))
        return comment.length <= 65_536 && !/[<>]/.test(prose) && !/@(?!&#8203;)/.test(prose)
      }),
      { numRuns: 40 },
    ))
})
