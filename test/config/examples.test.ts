import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { jsonSchema, schemaNames } from '../../src/config/json-schema.ts'
import { good, parseOperator, parseProject, told } from './given.ts'

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')
const files = { project: 'landfall', operator: 'operator' } as const
const example = (name: (typeof schemaNames)[number]) => read(`examples/${files[name]}.yml`)

test('the examples of the documentation are good', () => {
  const { environments } = good(parseProject(example('project')))
  expect(Object.keys(environments)).toEqual(['staging', 'production', 'demo'])
  expect(environments.production?.gates).toMatchObject({
    after: 'staging',
    approve: { by: ['team:ops', 'octocat'], count: 2, notAuthor: true },
  })
  expect(good(parseOperator(example('operator'))).repositories.map(({ name, require: floor }) => [name, Object.keys(floor)])).toEqual([
    ['acme/shop', ['*', 'production']],
    ['acme/*', []],
  ])
})

describe.each(schemaNames)('the schema of the %s file', (name) => {
  const check = new Ajv({ strict: false, allErrors: true }).compile(jsonSchema(name))

  test('is the one in docs/schema; otherwise run `landfall schema` again', () => {
    expect(JSON.parse(read(`schema/${files[name]}.schema.json`))).toEqual(jsonSchema(name))
  })
  test('accepts the example', () => {
    check(parse(example(name)))
    expect(check.errors).toBeNull()
  })
  test('describes every key', () => {
    const keys = [...JSON.stringify(jsonSchema(name)).matchAll(/"properties":/g)].length
    expect(keys).toBeGreaterThan(3)
    expect(undescribed(jsonSchema(name), '')).toEqual([])
  })
})

/** The example holds every key there is, so its guide is complete. */
test.each(schemaNames)('the example of the %s file shows every key', (name) => {
  const text = example(name)
  expect(
    keysOf(jsonSchema(name))
      .filter((key) => !new RegExp(`(^|[\\s{])${key}:`, 'm').test(text))
      .filter((key) => key !== 'api'),
  ).toEqual([])
})

test.each(schemaNames)('docs/configuration.md explains every key of the %s file', (name) => {
  const text = read('configuration.md')
  expect(keysOf(jsonSchema(name)).filter((key) => !text.includes(`\`${key}\``))).toEqual([])
})

test('the YAML examples in docs/configuration.md are good', () => {
  const blocks = [...read('configuration.md').matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)]
  expect(blocks.length).toBeGreaterThan(1)
  for (const [, file, text = ''] of blocks) expect(told(file === 'operator.yml' ? parseOperator(text) : parseProject(text))).toEqual([])
})

type Json = Record<string, unknown>
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null
const propertiesOf = (schema: Json): [string, unknown][] => (isJson(schema.properties) ? Object.entries(schema.properties) : [])
const below = (schema: Json): unknown[] => [schema.additionalProperties, schema.items, ...(Array.isArray(schema.anyOf) ? schema.anyOf : [])]

function keysOf(schema: unknown): string[] {
  if (!isJson(schema)) return []
  return [...propertiesOf(schema).flatMap(([key, value]) => [key, ...keysOf(value)]), ...below(schema).flatMap(keysOf)]
}

function undescribed(schema: unknown, path: string): string[] {
  if (!isJson(schema)) return []
  const own = propertiesOf(schema).flatMap(([key, value]) => [
    ...(isJson(value) && typeof value.description === 'string' ? [] : [`${path}.${key}`]),
    ...undescribed(value, `${path}.${key}`),
  ])
  return [...own, ...below(schema).flatMap((inner) => undescribed(inner, `${path}.*`))]
}
