import { expect, test } from 'vitest'
import type { EnvironmentRule, OperatorFile, ProjectFile } from '../../src/domain/configuration.ts'
import { nothingAsked } from '../../src/domain/gate.ts'
import { allAtOnce } from '../../src/domain/rollout.ts'
import { refusedChannels } from '../../src/policy/channels.ts'
import { registryFor } from '../../src/policy/registries.ts'
import { sharedHosts } from '../../src/policy/shared-hosts.ts'

const host = (name: string) => ({ name, address: name, port: 22, user: 'landfall', hostKey: 'ssh-ed25519 AAAA' })
const operator: OperatorFile = {
  hosts: { 'web-1': host('web-1'), 'web-2': host('web-2'), secret: host('secret') },
  bastions: {},
  defaults: { port: 22, user: 'landfall' },
  groups: { web: ['web-1', 'web-2'], hidden: ['secret'] },
  registries: {
    'ghcr.io': { host: 'ghcr.io', username: 'acme', password: { env: 'GHCR' } },
    'docker.io': { host: 'docker.io', username: 'other', password: { env: 'HUB' } },
  },
  repositories: [
    {
      name: 'acme/shop',
      projects: ['shop'],
      environments: { '*': ['@web'] },
      registries: ['ghcr.io', 'constructor'],
      notify: ['deploys', 'constructor'],
      allow: [],
      require: {},
    },
  ],
  chat: { deploys: { kind: 'slack', url: { env: 'A' } }, theirs: { kind: 'slack', url: { env: 'B' } } },
}

test.each([
  ['granted and there', 'acme/shop', 'ghcr.io', 'acme'],
  ["there, but somebody else's: asked without a login", 'acme/shop', 'docker.io', undefined],
  ['nowhere', 'acme/shop', 'quay.io', undefined],
  ['a name every object has', 'acme/shop', 'constructor', undefined],
  ['a repository nobody listed', 'evil/shop', 'ghcr.io', undefined],
])('credentials of a registry that is %s', (_why, repository, registry, username) =>
  expect(registryFor(operator, repository, registry)?.username).toBe(username),
)

test.each([
  ['granted', 'acme/shop', 'slack:deploys', []],
  ['of another kind than it has', 'acme/shop', 'telegram:deploys', ['notify[0]: unknown chat channel "telegram:deploys"']],
  ["somebody else's, in the same words", 'acme/shop', 'slack:theirs', ['notify[0]: unknown chat channel "slack:theirs"']],
  ['nowhere', 'acme/shop', 'slack:none', ['notify[0]: unknown chat channel "slack:none"']],
  ['a name every object has', 'acme/shop', 'slack:constructor', ['notify[0]: unknown chat channel "slack:constructor"']],
  ['asked by a repository nobody listed', 'evil/shop', 'slack:deploys', ['notify[0]: unknown chat channel "slack:deploys"']],
])('a chat channel that is %s', (_why, repository, channel, problems) =>
  expect(refusedChannels(operator, repository, [channel]).map(({ path, what }) => `${path}: ${what}`)).toEqual(problems),
)

const project = (environments: Record<string, string[]>): ProjectFile => ({
  project: 'shop',
  compose: [],
  images: {},
  paths: { ignore: [], only: [] },
  environments: Object.fromEntries(
    Object.entries(environments).map(([name, hosts]): [string, EnvironmentRule] => [
      name,
      {
        name,
        source: { kind: 'branch', branch: 'main' },
        hosts,
        verify: {},
        imageWithin: 1,
        keep: 5,
        rollout: allAtOnce,
        gates: nothingAsked,
      },
    ]),
  ),
  notify: [],
})
test.each<[why: string, environments: Record<string, string[]>, problems: string[]]>([
  ['hosts of their own', { staging: ['web-1'], production: ['web-2'] }, []],
  [
    "a host that is in the other's group",
    { staging: ['web-2'], production: ['@web'] },
    ['environments.production.hosts[0]: environment "staging" runs on host "web-2" too, and both have the same Compose project name'],
  ],
  ['the same host twice in one', { production: ['web-1', '@web'] }, []],
  ['a host that is not granted, about which nothing is told', { staging: ['secret'], production: ['@hidden'] }, []],
])('two environments with %s', (_why, environments, problems) =>
  expect(sharedHosts(operator, 'acme/shop', project(environments)).map(({ path, what }) => `${path}: ${what}`)).toEqual(problems),
)
