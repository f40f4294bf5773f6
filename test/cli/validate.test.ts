import { expect, test } from 'vitest'
import { schema } from '../../src/cli/schema.ts'
import { validate } from '../../src/cli/validate.ts'

const project = {
  path: 'landfall.yml',
  text: 'version: 1\nenvironments:\n  production: { branch: main, hosts: [web-1, web-2] }\nnotify: [slack:ops]\n',
}
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpNB6rUV6AyVECm6BJgVrg/KqMbNMgoqJtzlgxmu5M7'
const operatorWith = (hosts: string) => ({
  file: 'operator.yml',
  text: `hosts:
  web-1: { address: a, host-key: ${key} }
  web-2: { address: b, host-key: ${key} }
repositories:
  acme/shop: { projects: [shop], environments: { production: [${hosts}] }, notify: [ops] }
chat: { ops: { slack: { url: { env: A } } } }
`,
})

test('good files are said to be good', () => {
  expect(validate({ projects: [project], repository: 'shop' })).toEqual({
    text: 'landfall.yml: good (project shop: production)\n',
    exitCode: 0,
  })
  expect(validate({ projects: [project], repository: 'acme/shop', operator: operatorWith('web-1, web-2') })).toEqual({
    text: 'landfall.yml: good (project shop: production)\noperator.yml: good\n',
    exitCode: 0,
  })
})

test("what the operator does not allow is shown in the repository's file, by line", () => {
  expect(validate({ projects: [project], repository: 'acme/shop', operator: operatorWith('web-1') })).toEqual({
    text: 'landfall.yml:3:46: environments.production.hosts[1]: unknown host "web-2". Ask the operator of this Landfall to allow it, or remove it here.\n1 problem\n',
    exitCode: 1,
  })
})

test('without the owner of the repository, each file is checked for itself', () => {
  expect(validate({ projects: [project], repository: 'shop', operator: operatorWith('web-1') }).exitCode).toBe(0)
})

test('problems of both files come together', () => {
  const answer = validate({
    projects: [{ ...project, text: 'version: 1\n' }],
    repository: 'acme/shop',
    operator: { file: 'operator.yml', text: 'host: {}\n' },
  })
  expect(answer.exitCode).toBe(1)
  expect(answer.text.split('\n').map((line) => line.split('. ')[0])).toEqual([
    'landfall.yml:1:1: environments: "environments" is missing',
    'operator.yml:1:1: hosts: "hosts" is missing',
    'operator.yml:1:1: host: unknown key "host" (did you mean "hosts"?)',
    '3 problems',
    '',
  ])
})

test('nothing to validate is not success', () => expect(validate({ projects: [], repository: 'acme/shop' }).exitCode).toBe(2))

test('the schema is printed as JSON', () => {
  expect(JSON.parse(schema(['project']).text)).toMatchObject({ title: 'Landfall: .github/landfall.yml', type: 'object' })
  expect(JSON.parse(schema(['operator']).text)).toMatchObject({ title: 'Landfall: operator.yml', type: 'object' })
})
test.each([[[]], [['compose']], [['project', 'operator']]])('asked for %j, it says what there is', (args) =>
  expect(schema(args)).toEqual({ text: 'Usage: landfall schema project|operator\n', exitCode: 2 }),
)
