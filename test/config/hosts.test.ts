import { describe, expect, test } from 'vitest'
import { profilesByHost } from '../../src/domain/placement.ts'
import { good, parseProject, told } from './given.ts'

const file = (hosts: string) => parseProject(`version: 1\nenvironments: { production: { branch: main, hosts: ${hosts} } }`)
const groups = { web: ['web-1', 'web-2'], all: ['web-1', 'web-2', 'jobs-1'] }

/** Profiles of each host that has some. */
function profiles(hosts: string): Record<string, readonly string[]> {
  const rule = good(file(hosts)).environments.production
  return rule ? Object.fromEntries(profilesByHost(groups, rule)) : {}
}

describe('hosts with Compose profiles', () => {
  test.each<[why: string, written: string, expected: Record<string, string[]>]>([
    ['a list gives none', '[web-1, "@web"]', {}],
    ['hosts and groups have theirs', '{ "@web": [web], jobs-1: [cron] }', { 'web-1': ['web'], 'web-2': ['web'], 'jobs-1': ['cron'] }],
    ['a host named twice has both', '{ "@web": [web], web-1: [cron, web] }', { 'web-1': ['cron', 'web'], 'web-2': ['web'] }],
    ['in whatever order they are named', '{ web-1: [b], "@all": [a] }', { 'web-1': ['a', 'b'], 'web-2': ['a'], 'jobs-1': ['a'] }],
    ['a host may have none', '{ web-1: [], jobs-1: [cron] }', { 'jobs-1': ['cron'] }],
    ['a group that nobody knows has no hosts', '{ "@other": [web], jobs-1: [Cron.v2_x] }', { 'jobs-1': ['Cron.v2_x'] }],
  ])('%s', (_why, written, expected) => expect(profiles(written)).toEqual(expected))

  test('keep the order in which they are written, which is that of waves', () =>
    expect(good(file('{ jobs-1: [cron], "@web": [web] }')).environments.production?.hosts).toEqual(['jobs-1', '@web']))

  test.each([
    ['{}', ['hosts: there are no hosts']],
    ['[]', ['hosts: there are no hosts']],
    ['web-1', ['hosts: this does not name hosts']],
    ['{ web-1: web }', ['hosts.web-1: expected a list, found text']],
    ['{ web-1: }', ['hosts.web-1: expected a list, found nothing']],
    ['{ web-1: ["no blanks"] }', ['hosts.web-1[0]: this is not the name of a Compose profile']],
    ['{ "@web": [web, cron, web] }', ['hosts["@web"][2]: "web" is named twice in this list']],
    ['[web-1, web-1]', ['hosts[1]: "web-1" is named twice in this list']],
    ['[[web-1]]', ['hosts[0]: expected text, found a list']],
  ])('%s is refused', (written, problems) =>
    expect(told(file(written)).map((line) => line.replace(/^\S+ environments\.production\./, ''))).toEqual(problems),
  )

  test('two environments may not name one host, however they are written', () => {
    const both =
      'version: 1\nenvironments:\n  a: { branch: main, hosts: { web-1: [web] } }\n  b: { branch: next, hosts: { "web-1": [cron] } }\n'
    expect(told(parseProject(both))).toEqual([
      '4:31 environments.b.hosts.web-1: "web-1" is already a host of environment "a", and both have the same Compose project name',
    ])
  })
})
