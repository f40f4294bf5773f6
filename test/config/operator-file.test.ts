import { describe, expect, test } from 'vitest'
import { good, hostKey, parseOperator, told } from './given.ts'

const host = (name: string, more = '') => `${name}: { address: ${name}.example.com, host-key: ${hostKey}${more} }`
const hosts = `hosts:\n  ${host('web-1')}\n  ${host('web-2')}\n  ${host('jobs-1')}\n`
const granting = (repositories: string) => `${hosts}groups: { web: [web-1, web-2] }\nrepositories: ${repositories}\n`
const what = (text: string) => told(parseOperator(text)).map((line) => line.replace(/^\S+ /, ''))

test('the least file: hosts, and nobody may use them', () => {
  expect(good(parseOperator(hosts))).toEqual({
    hosts: Object.fromEntries(
      ['web-1', 'web-2', 'jobs-1'].map((name) => [name, { name, address: `${name}.example.com`, port: 22, user: 'landfall', hostKey }]),
    ),
    bastions: {},
    defaults: { port: 22, user: 'landfall' },
    groups: {},
    registries: {},
    repositories: [],
    chat: {},
  })
})

test('a whole file comes out in the words of the domain', () => {
  const file = good(
    parseOperator(`
hosts: { web-1: { address: "2001:db8::1", port: 2222, user: deploy, host-key: "${hostKey} root@web-1" } }
groups: { web: [web-1] }
registries: { "registry.example.com:5000": { username: bot, password: { command: [pass, show, registry] } } }
repositories:
  acme/shop:
    projects: [shop]
    environments: { production: ["@web"], "*": [web-1] }
    registries: ["registry.example.com:5000"]
    notify: [ops]
    allow: [privileged, docker-socket]
chat:
  ops: { telegram: { token: { file: /run/secrets/telegram }, chat: -100123 } }
  deploys: { slack: { url: { env: SLACK_URL } } }
`),
  )
  expect(file).toEqual({
    hosts: { 'web-1': { name: 'web-1', address: '2001:db8::1', port: 2222, user: 'deploy', hostKey } },
    bastions: {},
    defaults: { port: 22, user: 'landfall' },
    groups: { web: ['web-1'] },
    registries: {
      'registry.example.com:5000': {
        host: 'registry.example.com:5000',
        username: 'bot',
        password: { command: ['pass', 'show', 'registry'] },
      },
    },
    repositories: [
      {
        name: 'acme/shop',
        projects: ['shop'],
        environments: { production: ['@web'], '*': ['web-1'] },
        registries: ['registry.example.com:5000'],
        notify: ['ops'],
        allow: ['privileged', 'docker-socket'],
        require: {},
      },
    ],
    chat: {
      ops: { kind: 'telegram', token: { file: '/run/secrets/telegram' }, chat: '-100123', api: 'https://api.telegram.org' },
      deploys: { kind: 'slack', url: { env: 'SLACK_URL' } },
    },
  })
})

test('repositories keep the order of the file, in which the first match counts', () => {
  const rule = '{ projects: [a], environments: { "*": [web-1] } }'
  const file = granting(`{ z/shop: ${rule.replace('[a]', '[b]')}, a/shop: ${rule}, "a/*": ${rule.replace('[a]', '[c]')} }`)
  expect(good(parseOperator(file)).repositories.map(({ name }) => name)).toEqual(['z/shop', 'a/shop', 'a/*'])
})

describe('what is named is defined in the file', () => {
  test('each unknown name is told, with what was probably meant', () => {
    const rule = '{ projects: [shop], environments: { production: [web-11, "@wep"] }, registries: [ghcr.io], notify: [ops] }'
    expect(what(`${granting(`{ acme/shop: ${rule} }`)}chat: { opps: { slack: { url: { env: A } } } }`)).toEqual([
      'repositories["acme/shop"].environments.production[0]: unknown host or group "web-11" (did you mean "web-1"?)',
      'repositories["acme/shop"].environments.production[1]: unknown host or group "@wep" (did you mean "@web"?)',
      'repositories["acme/shop"].registries[0]: unknown registry "ghcr.io"',
      'repositories["acme/shop"].notify[0]: unknown chat channel "ops" (did you mean "opps"?)',
    ])
  })
  test('a host that is wrong elsewhere is still known: one mistake, one problem', () => {
    expect(what(`hosts: { ${host('web-1', ', port: 0')} }\ngroups: { web: [web-1] }`)).toEqual(['hosts.web-1.port: this is not a port'])
  })
})

test('one machine has one name', () => {
  const twice =
    'hosts:\n  a: { address: EXAMPLE.com, host-key: K }\n  b: { address: example.com, host-key: K }\n  c: { address: example.com, port: 23, host-key: K }\n'
  expect(what(twice.replaceAll('K', hostKey))).toEqual(['hosts.b.address: this is the same machine as "a"'])
})

test('a rule behind a wider one would never count', () => {
  const rule = (project: string) => `{ projects: [${project}], environments: { "*": [web-1] } }`
  expect(what(granting(`{ "acme/*": ${rule('a')}, Acme/shop: ${rule('b')}, ACME/s*: ${rule('c')} }`))).toEqual([
    'repositories["Acme/shop"]: this never counts: "acme/*" above matches the same repositories first',
    'repositories["ACME/s*"]: this never counts: "acme/*" above matches the same repositories first',
  ])
})

test('a list names each thing once', () => {
  const rule = '{ projects: [a, a], environments: { "*": [web-1, web-1] }, allow: [devices, devices] }'
  expect(what(`${granting(`{ acme/shop: ${rule} }`).replace('[web-1, web-2]', '[web-1, web-1]')}`)).toEqual([
    'groups.web[1]: "web-1" is named twice in this list',
    'repositories["acme/shop"].projects[1]: "a" is named twice in this list',
    'repositories["acme/shop"].environments["*"][1]: "web-1" is named twice in this list',
    'repositories["acme/shop"].allow[1]: "devices" is named twice in this list',
  ])
})

describe('values', () => {
  test.each(['user@web-1', 'ssh://web-1', 'web-1:22', '-oProxyCommand=id', '$(id)', 'a b', ''])('address %j is refused', (address) =>
    expect(what(`hosts: { a: { address: "${address}", host-key: ${hostKey} } }`)).toEqual([
      'hosts.a.address: this is not a host name or an IP address',
    ]),
  )
  test.each(['acme', '*/shop', '*', 'acme/*shop', 'acme/sh op', 'https://github.com/acme/shop', 'acme/shop/x'])(
    'repository %j is refused',
    (name) =>
      expect(what(granting(`{ "${name}": { projects: [a], environments: {} } }`))).toEqual([
        'repositories: this is not a repository or a pattern of repositories',
      ]),
  )
  test.each(['https://ghcr.io', 'ghcr.io/acme', 'index.docker.io', 'GHCR.io', 'a:b'])('registry %j is refused', (name) =>
    expect(what(`${hosts}registries: { "${name}": { username: a, password: { env: A } } }`)).toEqual([
      'registries: this is not the host of a registry',
    ]),
  )
  test.each([
    ['no kind', '{}', 'chat.ops: a channel has exactly one kind'],
    ['two kinds', '{ slack: { url: { env: A } }, telegram: { token: { env: A }, chat: 1 } }', 'chat.ops: a channel has exactly one kind'],
    ['no chat', '{ telegram: { token: { env: A } } }', 'chat.ops.telegram.chat: "chat" is missing'],
    ['a chat that is none', '{ telegram: { token: { env: A }, chat: "a b" } }', 'chat.ops.telegram.chat: this is not a Telegram chat'],
    [
      'a server with a path',
      '{ telegram: { token: { env: A }, chat: 1, api: "https://a/b" } }',
      'chat.ops.telegram.api: this is not the address of a server',
    ],
  ])('a chat channel with %s is refused', (_why, channel, expected) =>
    expect(what(`${hosts}chat: { ops: ${channel} }`)).toEqual([expected]),
  )
  test('an unknown Compose risk is refused with those there are', () => {
    expect(what(granting('{ a/b: { projects: [a], environments: {}, allow: [root] } }'))).toEqual([
      'repositories["a/b"].allow[0]: this is not something that can be allowed',
    ])
  })
  test('a repository without projects or environments is refused: there is no default but deny', () => {
    expect(what(granting('{ a/b: {} }'))).toEqual([
      'repositories["a/b"].projects: "projects" is missing',
      'repositories["a/b"].environments: "environments" is missing',
    ])
  })
})

test('a truncated file is refused rather than taken for one without hosts', () => {
  expect(what('')).toEqual([': the file is empty'])
  expect(what('groups: {}')).toEqual(['hosts: "hosts" is missing'])
})

describe('what repositories may have asked although it is not public', () => {
  const allowed = (range: string) => parseOperator(`${hosts}public-checks: { allow: ["${range}"] }\n`)
  test.each(['10.0.0.0/8', '192.168.1.7/32', 'fd00::/8', '::1/128', '0.0.0.0/0'])('%s', (range) =>
    expect(good(allowed(range)).publicChecks).toEqual({ allow: [range] }),
  )
  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '256.0.0.0/8', '010.0.0.0/8', 'fd00::/129', 'fd00:::/8', 'web-1/8', '', '10.0.0.0/8 '])(
    '%j is none',
    (range) => expect(told(allowed(range))).toEqual([expect.stringContaining('this is not a range of addresses')]),
  )
})
