import { describe, expect, test } from 'vitest'
import { good, hostKey, parseOperator, told } from './given.ts'

const requiring = (floor: string, environments = '{ staging: [a], production: [a] }') =>
  parseOperator(
    `hosts: { a: { address: a, host-key: ${hostKey} } }
repositories: { acme/*: { projects: [a], environments: ${environments}, require: ${floor} } }`,
  )
const refusal = (floor: string, environments?: string) =>
  told(requiring(floor, environments)).map((text) => text.replace(/^\S+ repositories\["acme\/\*"\]\.require/, ''))

test('a floor holds what was written, and no defaults', () => {
  const floor = `{ "*": { checks: all }, production: { after: staging, approve: { by: [team:ops] }, windows: [{ deny: Sat 00:00 - 24:00 }], from: { tags: ["v*"] } }, staging: {} }`
  expect(good(requiring(floor)).repositories[0]?.require).toEqual({
    '*': { checks: { kind: 'all' } },
    production: {
      after: 'staging',
      approve: { by: ['team:ops'], count: 1, notAuthor: false },
      windows: [{ kind: 'deny', from: { day: 6, minute: 0 }, to: { day: 7, minute: 0 }, zone: 'UTC', text: 'Sat 00:00 - 24:00' }],
      from: { branches: [], tags: ['v*'] },
    },
    staging: {},
  })
})

describe('a floor that guards nothing or that nobody reaches is refused', () => {
  test.each<[why: string, floor: string, expected: string[]]>([
    [
      'a misspelt environment',
      '{ prodction: { checks: all } }',
      ['.prodction: this never counts: the repository may not have the environment "prodction"'],
    ],
    [
      'an unknown one before it',
      '{ production: { after: stagin } }',
      ['.production.after: unknown environment "stagin" (did you mean "staging"?)'],
    ],
    [
      'a circle',
      '{ production: { after: staging }, staging: { after: production } }',
      ['.production.after: this goes in a circle: production after staging after production'],
    ],
    [
      'one environment before all',
      '{ "*": { after: staging } }',
      ['["*"].after: `*` holds for every environment, also for the one that would have to come first'],
    ],
    [
      'more approvals than people',
      '{ "*": { approve: { by: [mona], count: 2 } } }',
      ['["*"].approve.count: 2 approvals are asked for, and only 1 person may give one'],
    ],
    [
      'a week without an open minute',
      '{ production: { windows: [{ deny: Mon-Sun 00:00 - 24:00 }] } }',
      ['.production.windows: these windows leave no minute of the week open'],
    ],
    [
      'names that are there twice',
      '{ production: { checks: [a, a], approve: { by: [b, B] } } }',
      ['.production.checks[1]: "a" is named twice in this list', '.production.approve.by[1]: "b" is named twice in this list'],
    ],
    [
      'nowhere to come from',
      '{ production: { from: {} }, "*": { from: { tags: [] } } }',
      ['.production.from: there is nothing it may be deployed from', '["*"].from.tags: there are no tags'],
    ],
    [
      'what is no name of a branch, and what is there twice',
      '{ production: { from: { branches: ["release/**", refs/heads/main], tags: ["v*", "v*"] } } }',
      [
        '.production.from.branches[0]: this pattern has more than `*` in it',
        '.production.from.branches[1]: this is a full ref',
        '.production.from.tags[1]: "v*" is named twice in this list',
      ],
    ],
    ['another key', '{ production: { keep: 3 } }', ['.production.keep: unknown key "keep"']],
    ['no name', '{ "pro*": {} }', [': this is neither the name of an environment nor `"*"`']],
  ])('%s', (_why, floor, expected) => expect(refusal(floor)).toEqual(expected))

  test('where `*` grants environments, any name may be one', () => {
    expect(refusal('{ production: { after: uat, checks: all } }', '{ "*": [a] }')).toEqual([])
  })
})
