import { describe, expect, test } from 'vitest'
import { nothingAsked } from '../../src/domain/gate.ts'
import { good, parseProject, projectWith, told } from './given.ts'

const environment = (text: string, top = '') => parseProject(projectWith({ environment: text, top }))
const gates = (text: string, defaults = '') =>
  good(environment(text, defaults && `defaults: { ${defaults} }`)).environments.production?.gates
const refusal = (parsed: ReturnType<typeof environment>) => told(parsed).map((text) => text.replace(/^\S+ /, ''))

describe('checks', () => {
  test.each([
    ['all', { kind: 'all' }],
    ['none', { kind: 'none' }],
    ['[build, "test / node 24"]', { kind: 'named', names: ['build', 'test / node 24'] }],
    ['[all]', { kind: 'named', names: ['all'] }],
  ])('%s', (written, expected) => expect(gates(`checks: ${written}`)?.checks).toEqual(expected))

  test.each([
    ['some', 'checks: this does not say which checks'],
    ['true', 'checks: this does not say which checks'],
    ['', 'checks: this does not say which checks'],
    ['{ build: true }', 'checks: this does not say which checks'],
    ['[1]', 'checks: this does not say which checks'],
    ['[]', 'checks: there are no checks'],
    ['[""]', 'checks[0]: this is not the name of a check'],
    ['["a\\nb"]', 'checks[0]: this is not the name of a check'],
    ['[build, test, build]', 'checks[2]: "build" is named twice in this list'],
  ])('%s is refused', (written, expected) =>
    expect(refusal(environment(`checks: ${written}`))).toEqual([`environments.production.${expected}`]),
  )
})

describe('approval', () => {
  test.each([
    ['{}', { by: [], count: 1, notAuthor: false }],
    ['{ by: [team:ops, octocat], count: 2, not-author: true }', { by: ['team:ops', 'octocat'], count: 2, notAuthor: true }],
    ['{ by: [mona_acme] }', { by: ['mona_acme'], count: 1, notAuthor: false }],
  ])('%s', (written, expected) => expect(gates(`approve: ${written}`)?.approve).toEqual(expected))

  test.each([
    ['{ by: [] }', 'by: there is nobody'],
    ['{ by: ["@octocat"] }', 'by[0]: this is neither a login nor a team'],
    ['{ by: ["team:acme/ops"] }', 'by[0]: this is neither a login nor a team'],
    ['{ by: ["team:"] }', 'by[0]: this is neither a login nor a team'],
    ['{ by: [a b] }', 'by[0]: this is neither a login nor a team'],
    ['{ by: [Octocat, octocat] }', 'by[1]: "octocat" is named twice in this list'],
    ['{ count: -1 }', 'count: this must be between 0 and 20'],
    ['{ count: 21 }', 'count: this must be between 0 and 20'],
    ['{ not-author: "true" }', 'not-author: expected `true` or `false`, found text'],
    ['{ count: 2, by: [octocat] }', 'count: 2 approvals are asked for, and only 1 person may give one'],
    ['{ count: 3, by: [a, b] }', 'count: 3 approvals are asked for, and only 2 people may give one'],
  ])('%s is refused', (written, expected) =>
    expect(refusal(environment(`approve: ${written}`))).toEqual([`environments.production.approve.${expected}`]),
  )

  test.each(['{ count: 5, by: [a, team:ops] }', '{ count: 5 }', '{ count: 2, by: [a, b] }'])('%s can come true', (written) =>
    expect(refusal(environment(`approve: ${written}`))).toEqual([]),
  )
})

describe('defaults', () => {
  test('hold where an environment says nothing', () => {
    expect(gates('', 'checks: all, approve: { by: [octocat] }, windows: [{ deny: Sat 00:00 - 24:00 }]')).toEqual({
      checks: { kind: 'all' },
      approve: { by: ['octocat'], count: 1, notAuthor: false },
      windows: [expect.objectContaining({ text: 'Sat 00:00 - 24:00' })],
    })
  })
  test('give way to its own checks and windows', () => {
    expect(gates('checks: none, windows: []', 'checks: all, windows: [{ deny: Sat 00:00 - 24:00 }]')).toEqual(nothingAsked)
  })
  test('keep who may approve where an environment only asks for more people', () => {
    expect(gates('approve: { count: 0 }', 'approve: { by: [team:ops] }')?.approve).toBeUndefined()
    const approve = gates('approve: { count: 2 }', 'approve: { by: [team:ops], not-author: true }')?.approve
    expect(approve).toEqual({ by: ['team:ops'], count: 2, notAuthor: true })
  })
  test.each([
    ['approve: { count: 2 }', 'approve: { by: [a] }', 'environments.production.approve.count'],
    ['approve: { by: [a] }', 'approve: { count: 2 }', 'environments.production.approve.by'],
    ['', 'approve: { by: [a], count: 2 }', 'defaults.approve.count'],
  ])('too many approvals of both together are told once, where %j asks for them', (own, defaults, place) => {
    expect(refusal(environment(own, `defaults: { ${defaults} }`))).toEqual([
      `${place}: 2 approvals are asked for, and only 1 person may give one`,
    ])
  })
  test('cannot put every environment after one', () => {
    expect(refusal(environment('', 'defaults: { after: staging }'))).toEqual(['defaults.after: unknown key "after"'])
  })
})

describe('the chain of environments', () => {
  const chain = (after: Record<string, string | undefined>) => {
    const lines = Object.entries(after).map(
      ([name, before]) => `  ${name}: { branch: main, hosts: [${name}-1]${before === undefined ? '' : `, after: ${before}`} }`,
    )
    return parseProject(`version: 1\nenvironments:\n${lines.join('\n')}\n`)
  }

  test('may branch', () => {
    const { environments } = good(chain({ production: 'uat', uat: 'dev', dev: undefined, demo: 'dev' }))
    expect(Object.values(environments).map(({ name, gates: { after } }) => [name, after])).toEqual([
      ['production', 'uat'],
      ['uat', 'dev'],
      ['dev', undefined],
      ['demo', 'dev'],
    ])
  })
  test('names environments of the file', () => {
    expect(told(chain({ staging: undefined, production: 'stagin', demo: 'qa' }))).toEqual([
      '4:61 environments.production.after: unknown environment "stagin" (did you mean "staging"?)',
      '5:49 environments.demo.after: unknown environment "qa"',
    ])
  })
  test('knows an environment that is wrong elsewhere', () => {
    const file = 'version: 1\nenvironments: { a: { branch: main, hosts: [] }, b: { branch: main, hosts: [h], after: a } }'
    expect(refusal(parseProject(file))).toEqual(['environments.a.hosts: there are no hosts'])
  })
  test('has a first one', () => {
    expect(refusal(chain({ a: 'b', b: 'c', c: 'b', d: 'd' }))).toEqual([
      'environments.b.after: this goes in a circle: b after c after b',
      'environments.d.after: an environment cannot come after itself',
    ])
  })
})
