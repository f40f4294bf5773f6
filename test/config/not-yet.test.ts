import { describe, expect, test } from 'vitest'
import { jsonSchema } from '../../src/config/json-schema.ts'
import { notYet } from '../../src/config/not-yet.ts'
import { parseProject, told, understandProjectText } from './given.ts'

/** A good file with the key in it. */
const withKey: Record<(typeof notYet)['project'][number], string> = {
  'environments.*.tag': project('hosts: [b], tag: "v*"'),
}

function project(production: string): string {
  return `version: 1\nenvironments: { staging: { branch: main, hosts: [a] }, production: { ${production} } }\n`
}

describe.each(notYet.project)('%s, which nothing carries out yet', (key) => {
  test('is understood', () => expect(told(understandProjectText(withKey[key] ?? ''))).toEqual([]))
  test('is refused by name, not ignored', () =>
    expect(told(parseProject(withKey[key] ?? ''))).toEqual([expect.stringMatching(refusalOf(key))]))
})

test('it is refused as well where its value is wrong', () => {
  expect(told(parseProject(project('hosts: [b], tag: 3')))).toEqual([
    '2:82 environments.production.tag: `tag` is not supported by this version of Landfall',
    '2:87 environments.production.tag: expected text, found a number',
  ])
})

test.each(['project', 'operator'] as const)('the schema of the %s file says so of each', (name) => {
  const refused = [...JSON.stringify(jsonSchema(name)).matchAll(/"Refused: /g)]
  expect(refused).toHaveLength(notYet[name].length)
})

const refusalOf = (key: string) => new RegExp(`[.\\d ]${key.split('.').at(-1)}: .* is not supported by this version of Landfall$`)
