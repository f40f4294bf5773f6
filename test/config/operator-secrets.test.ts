import { expect, test } from 'vitest'
import { good, hostKey, parseOperator, told } from './given.ts'

const canary = 'correct-horse-battery'
const giving = (secrets: string, environments = '{ production: [a] }') =>
  parseOperator(
    `hosts: { a: { address: a, host-key: ${hostKey} } }
repositories: { acme/shop: { projects: [a], environments: ${environments}, secrets: ${secrets} } }`,
  )
const refusal = (secrets: string, environments?: string) =>
  told(giving(secrets, environments)).map((text) => text.replace(/^\S+ repositories\["acme\/shop"\]\.secrets/, ''))

test('values are given by reference, to environments by their names', () => {
  const written = '{ production: { A: { env: SHOP_A }, B: { file: /run/b }, C: { command: [vault, read], lasts: 1h } } }'
  expect(good(giving(written)).repositories[0]?.secrets).toEqual({
    production: { A: { env: 'SHOP_A' }, B: { file: '/run/b' }, C: { command: ['vault', 'read'], lasts: 3600 } },
  })
  expect(good(giving('{ staging: { A: { env: SHOP_A } } }', '{ "*": [a] }')).repositories[0]?.secrets).toHaveProperty('staging')
})

test.each<[why: string, secrets: string, expected: string[]]>([
  [
    'the secret itself',
    `{ production: { A: ${canary}, B: { env: { x: ${canary} } } } }`,
    [
      '.production.A: a secret is not written here, only where it comes from',
      '.production.B: a secret is not written here, only where it comes from',
    ],
  ],
  ['a variable without its environment', '{ DB_PASSWORD: { env: X } }', [': this is not an environment name']],
  [
    'every environment: whoever can name one of their own would get them',
    '{ "*": { A: { env: X } } }',
    [': this is not an environment name'],
  ],
  [
    'a misspelt environment',
    '{ prodction: { A: { env: X } } }',
    ['.prodction: this never counts: the repository may not have the environment "prodction"'],
  ],
  [
    'names that no environment can carry, or that steer Docker',
    '{ production: { "A B": { env: X }, DOCKER_HOST: { env: X } } }',
    ['.production: this is not the name of a variable', '.production: DOCKER_HOST is not for the environment to set'],
  ],
])('refused is %s', (_why, secrets, expected) => {
  expect(refusal(secrets)).toEqual(expected)
  expect(JSON.stringify(giving(secrets))).not.toContain(canary)
})
