import { expect, test } from 'vitest'
import { hostKey, parseOperator, told } from './given.ts'

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
