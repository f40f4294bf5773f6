import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HostRule, OperatorFile, RepositoryRule } from '../../src/domain/configuration.ts'
import { allowedHosts, grantFor, type HostsAsked } from '../../src/policy/hosts.ts'

const host = (name: string): HostRule => ({ name, address: name, port: 22, user: 'landfall', hostKey: 'ssh-ed25519 AAAA' })
const rule = (name: string, given: Partial<RepositoryRule>): RepositoryRule => ({
  name,
  projects: [],
  environments: {},
  registries: [],
  notify: [],
  allow: [],
  require: {},
  ...given,
})
const operator: OperatorFile = {
  hosts: Object.fromEntries(['web-1', 'web-2', 'jobs-1', 'staging-1', 'other-1'].map((name) => [name, host(name)])),
  bastions: {},
  defaults: { port: 22, user: 'landfall' },
  groups: { web: ['web-1', 'web-2'], mixed: ['web-1', 'other-1'], other: ['other-1'] },
  registries: {},
  repositories: [
    rule('acme/shop', { projects: ['shop', 'shop-*'], environments: { production: ['@web', 'jobs-1'], '*': ['staging-1'] } }),
    rule('acme/*', { projects: ['*'], environments: { staging: ['staging-1'] } }),
    rule('other/site', { projects: ['site'], environments: { '*': ['other-1'] } }),
  ],
  chat: {},
}
const asking = (asked: string[], more: Partial<HostsAsked> = {}) =>
  allowedHosts({ operator, repository: 'acme/shop', project: 'shop', environment: 'production', asked, ...more })
const names = (decision: ReturnType<typeof asking>) =>
  decision.kind === 'allowed' ? decision.hosts.map(({ name }) => name) : decision.problems.map(({ path, what }) => `${path ?? ''}: ${what}`)

describe('allowed', () => {
  test.each<[why: string, asked: string[], more: Partial<HostsAsked>, hosts: string[]]>([
    ['hosts and groups that are granted', ['jobs-1', '@web'], {}, ['jobs-1', 'web-1', 'web-2']],
    ['a host of a granted group', ['web-2'], {}, ['web-2']],
    ['a host named alone and in a group, once', ['web-1', '@web'], {}, ['web-1', 'web-2']],
    ['an environment that is not named, by `*`', ['staging-1'], { environment: 'preview' }, ['staging-1']],
    ['a project by its prefix', ['web-1'], { project: 'shop-eu' }, ['web-1']],
    ['a repository in other letters, as on GitHub', ['web-1'], { repository: 'Acme/Shop' }, ['web-1']],
    ['another repository of the owner', ['staging-1'], { repository: 'acme/blog', project: 'blog', environment: 'staging' }, ['staging-1']],
  ])('%s', (_why, asked, more, hosts) => expect(names(asking(asked, more))).toEqual(hosts))
})

const at = 'environments.production'
describe('refused', () => {
  test.each<[why: string, asked: string[], more: Partial<HostsAsked>, problems: string[]]>([
    ['a repository nobody listed', ['web-1'], { repository: 'evil/shop' }, [': this Landfall does not serve evil/shop']],
    [
      'an owner that only begins like a granted one',
      ['web-1'],
      { repository: 'acme2/shop' },
      [': this Landfall does not serve acme2/shop'],
    ],
    ['a project of somebody else', ['web-1'], { project: 'site' }, ['project: acme/shop may not use the project name "site"']],
    [
      'a project that only begins like a granted one',
      ['web-1'],
      { project: 'shopping' },
      ['project: acme/shop may not use the project name "shopping"'],
    ],
    [
      'an environment without `*`',
      ['staging-1'],
      { repository: 'acme/blog' },
      [`${at}: acme/blog may not have the environment "production"`],
    ],
    ['a host that does not exist', ['web-9'], {}, [`${at}.hosts[0]: unknown host "web-9"`]],
    ['a host of another tenant, in the same words', ['web-1', 'other-1'], {}, [`${at}.hosts[1]: unknown host "other-1"`]],
    ['a host of another environment: a named one gets its own list only', ['staging-1'], {}, [`${at}.hosts[0]: unknown host "staging-1"`]],
    ['a group that does not exist', ['@none'], {}, [`${at}.hosts[0]: unknown group "@none"`]],
    ['a group of another tenant', ['@other'], {}, [`${at}.hosts[0]: unknown group "@other"`]],
    ['a group that reaches further than the grant', ['@mixed'], {}, [`${at}.hosts[0]: unknown group "@mixed"`]],
    [
      'names that every object has',
      ['constructor', '@constructor'],
      {},
      [`${at}.hosts[0]: unknown host "constructor"`, `${at}.hosts[1]: unknown group "@constructor"`],
    ],
    ['no hosts at all', [], {}, [`${at}.hosts: there are no hosts`]],
    [
      'everything at once',
      ['a', 'b'],
      { project: 'x' },
      ['project: acme/shop may not use the project name "x"', `${at}.hosts[0]: unknown host "a"`, `${at}.hosts[1]: unknown host "b"`],
    ],
  ])('%s', (_why, asked, more, problems) => {
    expect(asking(asked, more).kind).toBe('refused')
    expect(names(asking(asked, more))).toEqual(problems)
  })

  test('every problem says what to do', () => {
    const decision = asking(['a'], { project: 'x' })
    expect(decision.kind === 'refused' && decision.problems.map(({ file, remedy }) => `${file}: ${remedy}`)).toEqual([
      '.github/landfall.yml: Ask the operator of this Landfall to allow it',
      '.github/landfall.yml: Ask the operator of this Landfall to allow it, or remove it here',
    ])
  })
})

test('the first rule that matches counts, not the widest', () => {
  expect(grantFor(operator, 'acme/shop')?.projects).toEqual(['shop', 'shop-*'])
  expect(grantFor(operator, 'acme/blog')?.name).toBe('acme/*')
  expect(grantFor({ ...operator, repositories: [] }, 'acme/shop')).toBeUndefined()
})

test('a generated matrix of tenants: nobody ever reaches a host outside the grant', () => {
  const hosts = ['h0', 'h1', 'h2', 'h3']
  const entries = fc.uniqueArray(fc.constantFrom(...hosts, 'h9', '@g0', '@g1', '@g2', '@constructor'), { maxLength: 4 })
  const tenant = (name: string) =>
    fc
      .record({ production: entries, '*': entries }, { requiredKeys: [] })
      .map((environments) => rule(name, { projects: [`${name.slice(0, 1)}-*`], environments }))
  const world = fc.record({
    groups: fc.record({ g0: fc.subarray(hosts), g1: fc.subarray(hosts) }),
    repositories: fc.tuple(tenant('a/one'), tenant('b/two'), tenant('a/*')),
    repository: fc.constantFrom('a/one', 'A/One', 'a/other', 'b/two', 'b/other', 'c/three'),
    environment: fc.constantFrom('production', 'staging', '*'),
    project: fc.constantFrom('a-shop', 'b-shop', 'shop'),
    asked: entries,
  })
  fc.assert(
    fc.property(world, ({ groups, repositories, repository, environment, project, asked }) => {
      const inventory: OperatorFile = {
        ...operator,
        hosts: Object.fromEntries(hosts.map((name) => [name, host(name)])),
        groups,
        repositories,
      }
      const decision = allowedHosts({ operator: inventory, repository, project, environment, asked })
      if (decision.kind === 'refused') {
        expect(decision.problems.length).toBeGreaterThan(0)
        return
      }
      const own = repositories.filter(
        ({ name }) => name.toLowerCase() === repository.toLowerCase() || (name === 'a/*' && repository.toLowerCase().startsWith('a/')),
      )[0]
      const granted = own?.environments[environment] ?? own?.environments['*'] ?? []
      const reachable = granted.flatMap((entry) => (entry === '@g0' ? groups.g0 : entry === '@g1' ? groups.g1 : [entry]))
      expect(decision.hosts.length).toBeGreaterThan(0)
      for (const { name } of decision.hosts) expect(reachable).toContain(name)
      expect(project.slice(0, 1)).toBe(own?.name.slice(0, 1))
    }),
    { numRuns: 500 },
  )
})
