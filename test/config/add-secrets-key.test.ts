import { expect, test } from 'vitest'
import { addSecretsKey } from '../../src/config/project/add-secrets-key.ts'

const path = 'deploy/production.secrets.env'
const add = (text: string) => addSecretsKey(text, '.github/landfall.yml', 'shop', 'production', path)

const block = `version: 1 # the least
environments:
  # where people are
  production:
    branch: main   # follows it
    hosts:
      - web-1 # the only one

  staging: { branch: main, hosts: [web-2] }
`

test('a line among others, which stay as they are', () => {
  expect(add(block)).toBe(block.replace('# follows it\n', `# follows it\n    secrets: ${path}\n`))
})

test('within braces', () => {
  const text = 'version: 1\nenvironments: { production: { branch: main, hosts: [web-1] } }\n'
  expect(add(text)).toBe(`version: 1\nenvironments: { production: { branch: main, secrets: ${path}, hosts: [web-1] } }\n`)
})

test.each([
  ['a file that is wrong', 'version: 2\nenvironments: { production: { branch: main, hosts: [web-1] } }\n'],
  ['an environment that is not there', 'version: 1\nenvironments: { staging: { branch: main, hosts: [web-1] } }\n'],
  [
    'one whose branch is an alias',
    'version: 1\nenvironments: { staging: { branch: &b main, hosts: [b] }, production: { branch: *b, hosts: [a] } }\n',
  ],
  ['one that has it', `version: 1\nenvironments: { production: { branch: main, hosts: [web-1], secrets: other.env } }\n`],
])('%s is left alone', (_what, text) => expect(add(text)).toBeUndefined())
