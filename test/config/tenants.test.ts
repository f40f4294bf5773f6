import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemText } from '../../src/domain/problem.ts'
import { refusedChannels } from '../../src/policy/channels.ts'
import { allowedHosts } from '../../src/policy/hosts.ts'
import { registryFor } from '../../src/policy/registries.ts'
import { good, hostKey, parseOperator, parseProject, told } from './given.ts'

type Tenant = [repository: string, projects: string, hosts: string]

const file = (tenants: Tenant[]) =>
  `hosts:\n${['one', 'two'].map((name) => `  ${name}: { address: ${name}, host-key: ${hostKey} }\n`).join('')}groups: { all: [one, two] }\nrepositories:\n${tenants
    .map(([name, projects, hosts]) => `  ${name}: { projects: [${projects}], environments: { production: [${hosts}] } }\n`)
    .join('')}`

test.each<[why: string, tenants: Tenant[], clashes: number]>([
  [
    'the same name on the same host',
    [
      ['acme/a', 'shop', 'one'],
      ['other/b', 'shop', 'one'],
    ],
    1,
  ],
  [
    'the same name on different hosts',
    [
      ['acme/a', 'shop', 'one'],
      ['other/b', 'shop', 'two'],
    ],
    0,
  ],
  [
    'the same host through a group',
    [
      ['acme/a', 'shop', '"@all"'],
      ['other/b', 'shop', 'two'],
    ],
    1,
  ],
  [
    'different names on the same host',
    [
      ['acme/a', 'shop', 'one'],
      ['other/b', 'blog', 'one'],
    ],
    0,
  ],
  [
    'a pattern that holds the name of another owner',
    [
      ['acme/a', 'shop-web', 'one'],
      ['other/b', 'shop-*', 'one'],
    ],
    1,
  ],
  [
    'a pattern for everything beside another owner',
    [
      ['acme/a', 'shop', 'one'],
      ['other/*', '"*"', 'one'],
    ],
    1,
  ],
  [
    'two patterns that overlap between owners',
    [
      ['acme/a', 'shop-*', 'one'],
      ['other/b', 'shop-web-*', 'one'],
    ],
    1,
  ],
  [
    'prefixes that keep owners apart',
    [
      ['acme/a', 'acme-*', 'one'],
      ['other/b', 'other-*', 'one'],
    ],
    0,
  ],
  [
    'two repositories of one owner with the same name',
    [
      ['acme/a', 'shop', 'one'],
      ['acme/b', 'shop', 'one'],
    ],
    1,
  ],
  [
    'one owner with a rule for the rest',
    [
      ['acme/a', 'shop', 'one'],
      ['acme/*', '"*"', 'one'],
    ],
    0,
  ],
  [
    'the same owner in other letters',
    [
      ['acme/a', 'shop', 'one'],
      ['Acme/*', '"*"', 'one'],
    ],
    0,
  ],
])('%s', (_why, tenants, clashes) => {
  const found = told(parseOperator(file(tenants)))
  expect(found).toHaveLength(clashes)
  for (const text of found) expect(text).toMatch(/^7:\d+ repositories\[.+\]\.projects\[0\]: ".+" on host ".+" may belong to "acme\/a" too/)
})

/** What a tenant of a matrix has for itself; all of it is named after it. */
interface Share {
  hosts: string[]
  /** Whether it names its hosts by a group. */
  grouped: boolean
  /** Its projects by name, or by a prefix. */
  prefixed: boolean
  /** Whether it has all environments, or these two. */
  anyEnvironment: boolean
  channel: 'slack' | 'telegram'
}

const share = fc.record({
  hosts: fc.integer({ min: 1, max: 3 }).map((count) => Array.from({ length: count }, (_, index) => `${index + 1}`)),
  grouped: fc.boolean(),
  prefixed: fc.boolean(),
  anyEnvironment: fc.boolean(),
  channel: fc.constantFrom('slack' as const, 'telegram' as const),
})
const matrix = fc.array(share, { minLength: 2, maxLength: 4 })

const nameOf = (tenant: number) => `${'abcdefgh'[tenant]}${'abcdefgh'[tenant]}`

/** The operator's file for these tenants. */
function operatorFor(shares: Share[]): string {
  const lines = (each: (name: string, share: Share, tenant: number) => string) =>
    shares.map((one, tenant) => each(nameOf(tenant), one, tenant)).join('')
  const chat = { slack: 'url: { env: URL }', telegram: 'token: { env: TOKEN }, chat: -100' }
  return `hosts:
${lines((name, { hosts }) => hosts.map((host) => `  ${name}-${host}: { address: ${name}-${host}, host-key: ${hostKey} }\n`).join(''))}groups:
${lines((name, { hosts }) => `  ${name}: [${hosts.map((host) => `${name}-${host}`).join(', ')}]\n`)}registries:
${lines((name) => `  ${name}.example.com: { username: ${name}, password: { env: PASSWORD } }\n`)}repositories:
${lines((name, { hosts, grouped, prefixed, anyEnvironment }) => {
  const granted = grouped ? `"@${name}"` : hosts.map((host) => `${name}-${host}`).join(', ')
  const environments = anyEnvironment ? `"*": [${granted}]` : `production: [${granted}], ${name}-test: [${granted}]`
  return `  ${name}/*: { projects: [${prefixed ? `${name}-*` : `${name}-shop`}], environments: { ${environments} }, registries: [${name}.example.com], notify: [${name}] }\n`
})}chat:
${lines((name, { channel }) => `  ${name}: { ${channel}: { ${chat[channel]} } }\n`)}`
}

interface Wish {
  project?: string
  environment?: string
  hosts?: string
  notify?: string
}

test('whatever is one tenant’s own is as unknown to every other as what there is not', () => {
  fc.assert(
    fc.property(matrix, (shares) => {
      const operator = good(parseOperator(operatorFor(shares)))
      const everybody = shares.map((_, tenant) => tenant)
      /** What is told of a file of this tenant; empty where it may have all of it. */
      const said = (
        by: number,
        { project = `${nameOf(by)}-shop`, environment = 'production', hosts = `${nameOf(by)}-1`, notify = '' }: Wish,
      ) => {
        const text = `version: 1\nproject: ${project}\nenvironments: { ${environment}: { branch: main, hosts: [${hosts}] } }\nnotify: [${notify}]\n`
        const file = good(parseProject(text))
        const repository = `${nameOf(by)}/shop`
        const asked = { operator, repository, project: file.project, environment, asked: file.environments[environment]?.hosts ?? [] }
        const decision = allowedHosts(asked)
        return [...(decision.kind === 'refused' ? decision.problems : []), ...refusedChannels(operator, repository, file.notify)].map(
          problemText,
        )
      }
      for (const by of everybody) {
        const own = shares[by]
        expect(said(by, { notify: `"${own?.channel}:${nameOf(by)}"` })).toEqual([])
        expect(said(by, { hosts: `"@${nameOf(by)}"` })).toEqual([])
        expect(registryFor(operator, `${nameOf(by)}/shop`, `${nameOf(by)}.example.com`)?.username).toBe(nameOf(by))
        for (const of of everybody.filter((tenant) => tenant !== by)) {
          const theirs = nameOf(of)
          const wishes: ((name: string) => Wish)[] = [
            (name) => ({ hosts: `${name}-1` }),
            (name) => ({ hosts: `${nameOf(by)}-1, ${name}-1` }),
            (name) => ({ hosts: `"@${name}"` }),
            (name) => ({ project: `${name}-shop` }),
            (name) => ({ notify: `"${shares[of]?.channel}:${name}"` }),
            ...(own?.anyEnvironment ? [] : [(name: string) => ({ environment: `${name}-test` })]),
          ]
          for (const wish of wishes) {
            const answer = said(by, wish(theirs))
            expect(answer).not.toEqual([])
            expect(said(by, wish('zz')).map((text) => text.replaceAll('zz', theirs))).toEqual(answer)
          }
          expect(registryFor(operator, `${nameOf(by)}/shop`, `${theirs}.example.com`)).toBeUndefined()
        }
      }
    }),
    { numRuns: 15 },
  )
})
