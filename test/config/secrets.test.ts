import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { problemText } from '../../src/domain/problem.ts'
import { good, hostKey, parseOperator, problemsOf } from './given.ts'

const with_ = (password: string) =>
  `hosts: { a: { address: a, host-key: ${hostKey} } }\nregistries:\n  ghcr.io:\n    username: bot\n    password: ${password}\n`

test.each([
  ['{ env: REGISTRY_PASSWORD }', { env: 'REGISTRY_PASSWORD' }],
  ['{ file: /run/secrets/registry }', { file: '/run/secrets/registry' }],
  ['{ command: [pass, show, "registry token"] }', { command: ['pass', 'show', 'registry token'] }],
])('a secret comes from %s', (text, reference) =>
  expect(good(parseOperator(with_(text))).registries['ghcr.io']?.password).toEqual(reference),
)

/** Ways in which people write the secret itself where a reference belongs, some of them not even YAML. */
const mistakes: [why: string, write: (secret: string) => string][] = [
  ['plain', (secret) => secret],
  ['quoted', (secret) => JSON.stringify(secret)],
  ['not closed', (secret) => `"${secret}`],
  ['as an alias', (secret) => `*${secret}`],
  ['as a tag', (secret) => `!${secret}`],
  ['as an anchor', (secret) => `&${secret} x`],
  ['after a percent sign', (secret) => `\n%${secret}`],
  ['as a key', (secret) => `{ ${secret} }`],
  ['as a key, twice', (secret) => `{ ${secret}: 1, ${secret}: 2 }`],
  ['as a key without its space', (secret) => `{ env:${secret} }`],
  ['as the name of the variable', (secret) => `{ env: "${secret} " }`],
  ['as the path of the file', (secret) => `{ file: ${secret} }`],
  ['as the command', (secret) => `{ command: ${secret} }`],
  ['inside the command', (secret) => `{ command: [echo, { ${secret}: 1 }] }`],
  ['as one kind too many', (secret) => `{ env: A, file: ${secret} }`],
  ['under an unknown kind', (secret) => `{ value: ${secret} }`],
  ['in a list', (secret) => `[${secret}]`],
  ['as a key of something odd', (secret) => `[{ ${secret}: { ? [a] : b } }]`],
  ['over several lines', (secret) => `|\n      ${secret}\n      ${secret}`],
  ['on a line of its own', (secret) => `\n${secret}\n`],
]

describe('a secret written where its source belongs is refused and never repeated', () => {
  test.each(mistakes)('%s', (_why, write) => {
    const secret = fc.stringMatching(/^[A-Za-z0-9$*&!%@:{}[\]#'"\\-]{4,30}$/).map((text) => `hunter2${text}`)
    fc.assert(
      fc.property(secret, (value) => {
        const problems = problemsOf(parseOperator(with_(write(value))))
        expect(problems.length).toBeGreaterThan(0)
        expect(problems.map(problemText).join('\n')).not.toContain('hunter2')
      }),
      { numRuns: 40 },
    )
  })

  test('also for chat, and inside the address of a registry', () => {
    const chat = (channel: unknown) => stringify({ hosts: {}, chat: { ops: channel } })
    const texts = [
      chat({ slack: { url: 'https://hooks.slack.com/services/hunter2' } }),
      chat({ slack: 'https://hooks.slack.com/services/hunter2' }),
      chat({ telegram: { token: '123:hunter2', chat: 'hunter2' } }),
      stringify({ hosts: {}, registries: { 'https://bot:hunter2@ghcr.io': {} } }),
      'hosts: {}\nregistries: { ghcr.io: { username: bot, password:hunter2 } }\n',
    ]
    for (const text of texts) {
      const told = problemsOf(parseOperator(text)).map(problemText).join('\n')
      expect(told).not.toBe('')
      expect(told).not.toContain('hunter2')
    }
  })
})
