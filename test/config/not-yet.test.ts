import { describe, expect, test } from 'vitest'
import { jsonSchema } from '../../src/config/json-schema.ts'
import { notYet } from '../../src/config/not-yet.ts'
import { hostKey, parseOperator, parseProject, told, understandOperatorText, understandProjectText } from './given.ts'

/** A good file with the key in it. */
const withKey: Record<(typeof notYet)['project'][number] | (typeof notYet)['operator'][number], string> = {
  'images.*.paths': project('hosts: [b], branch: main', 'images: { web: { repository: a/b, paths: [web/**] } }'),
  paths: project('hosts: [b], branch: main', 'paths: { ignore: [docs/**] }'),
  'defaults.checks': project('hosts: [b], branch: main', 'defaults: { checks: all }'),
  'defaults.approve': project('hosts: [b], branch: main', 'defaults: { approve: {} }'),
  'defaults.windows': project('hosts: [b], branch: main', 'defaults: { windows: [] }'),
  'environments.*.tag': project('hosts: [b], tag: "v*"'),
  'environments.*.checks': project('hosts: [b], branch: main, checks: all'),
  'environments.*.after': project('hosts: [b], branch: main, after: staging'),
  'environments.*.approve': project('hosts: [b], branch: main, approve: { count: 2 }'),
  'environments.*.windows': project('hosts: [b], branch: main, windows: [{ deny: Sat-Sun 00:00 - 24:00 }]'),
  'repositories.*.require': `hosts: { a: { address: a, host-key: ${hostKey} } }
repositories: { acme/*: { projects: [a], environments: { "*": [a] }, require: { production: { checks: all } } } }`,
}

function project(production: string, top = ''): string {
  return `version: 1\nenvironments: { staging: { branch: main, hosts: [a] }, production: { ${production} } }\n${top}`
}

describe.each(notYet.project)('%s, which nothing carries out yet', (key) => {
  test('is understood', () => expect(told(understandProjectText(withKey[key] ?? ''))).toEqual([]))
  test('is refused by name, not ignored', () =>
    expect(told(parseProject(withKey[key] ?? ''))).toEqual([expect.stringMatching(refusalOf(key))]))
})

describe.each(notYet.operator)('%s, which nothing carries out yet', (key) => {
  test('is understood', () => expect(told(understandOperatorText(withKey[key] ?? ''))).toEqual([]))
  test('is refused by name, not ignored', () =>
    expect(told(parseOperator(withKey[key] ?? ''))).toEqual([expect.stringMatching(refusalOf(key))]))
})

test('it is refused as well where its value is wrong', () => {
  expect(told(parseProject(project('hosts: [b], branch: main, approve: yes')))).toEqual([
    '2:96 environments.production.approve: `approve` is not supported by this version of Landfall',
    '2:105 environments.production.approve: expected keys with their values, found text',
  ])
})

test.each(['project', 'operator'] as const)('the schema of the %s file says so of each', (name) => {
  const refused = [...JSON.stringify(jsonSchema(name)).matchAll(/"Refused: /g)]
  expect(refused).toHaveLength(notYet[name].length)
})

const refusalOf = (key: string) => new RegExp(`[.\\d ]${key.split('.').at(-1)}: .* is not supported by this version of Landfall$`)
