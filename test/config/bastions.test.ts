import { describe, expect, test } from 'vitest'
import type { HostRule } from '../../src/domain/configuration.ts'
import { good, hostKey, parseOperator, told } from './given.ts'

const machine = (address: string, more = '') => `{ address: ${address}, host-key: ${hostKey}${more && `, ${more}`} }`
const file = ({ hosts = '', more = '' }: { hosts?: string; more?: string }) =>
  parseOperator(`hosts:
  web-1: ${machine('10.0.0.11', hosts)}
  web-2: ${machine('10.0.0.12')}
bastions:
  gate: ${machine('gate.example.com', 'user: jump')}
  inner: ${machine('10.0.0.1', 'bastion: gate, port: 2222')}
${more}`)

/** `user@address:port` of a machine, and of what it is reached through before it. */
const way = ({ user, address, port, bastion }: HostRule): string => `${bastion ? `${way(bastion)} > ` : ''}${user}@${address}:${port}`
const wayTo = (name: string, written: Parameters<typeof file>[0]) => {
  const host = good(file(written)).hosts[name]
  return host && way(host)
}

const direct = 'landfall@10.0.0.11:22'
const gate = 'jump@gate.example.com:22'
test.each<[why: string, written: Parameters<typeof file>[0], expected: string]>([
  ['nothing is said: from here', {}, direct],
  ['the host says it', { hosts: 'bastion: gate' }, `${gate} > ${direct}`],
  ['its group says it', { more: 'groups: { web: { hosts: [web-1], bastion: gate } }' }, `${gate} > ${direct}`],
  ['a group of others says it', { more: 'groups: { web: { hosts: [web-2], bastion: gate } }' }, direct],
  ['the defaults say it', { more: 'defaults: { bastion: gate, port: 2200, user: deploy }' }, `${gate} > deploy@10.0.0.11:2200`],
  [
    'the host counts before its group, and the group before the defaults',
    {
      hosts: 'user: own',
      more: 'groups: { web: { hosts: [web-1], user: group, port: 2201 } }\ndefaults: { user: all, port: 2202, bastion: gate }',
    },
    `${gate} > own@10.0.0.11:2201`,
  ],
  ['`none` is no bastion, whatever the defaults say', { hosts: 'bastion: none', more: 'defaults: { bastion: gate }' }, direct],
  ['a bastion behind another', { hosts: 'bastion: inner' }, `${gate} > landfall@10.0.0.1:2222 > ${direct}`],
])('%s', (_why, written, expected) => expect(wayTo('web-1', written)).toBe(expected))

test('defaults are for hosts and not for bastions', () =>
  expect(good(file({ more: 'defaults: { bastion: inner, user: deploy, port: 2200 }' })).bastions.gate).toMatchObject({
    user: 'jump',
    port: 22,
  }))

test('a group written as a mapping is one like any other', () => {
  const grant = 'repositories: { acme/shop: { projects: [shop], environments: { production: ["@web"] } } }'
  const { groups } = good(file({ more: `groups: { web: { hosts: [web-2, web-1], bastion: gate } }\n${grant}` }))
  expect(groups.web).toEqual(['web-2', 'web-1'])
})

test('behind different bastions the same private address is another machine', () => {
  const twins = (bastion: string) =>
    `hosts:\n  a: ${machine('10.0.0.5', 'bastion: one')}\n  b: ${machine('10.0.0.5', `bastion: ${bastion}`)}\nbastions:\n  one: ${machine('one')}\n  two: ${machine('two')}\n`
  expect(told(parseOperator(twins('two')))).toEqual([])
  expect(told(parseOperator(twins('one')))).toEqual(['3:17 hosts.b.address: this is the same machine as "a"'])
})

describe('refused', () => {
  test.each<[Parameters<typeof file>[0], string[]]>([
    [{ hosts: 'bastion: gat' }, ['hosts.web-1.bastion: unknown bastion "gat" (did you mean "gate"?)']],
    [{ more: 'defaults: { bastion: web-1 }' }, ['defaults.bastion: unknown bastion "web-1"']],
    [{ more: 'groups: { web: { hosts: [web-1], bastion: other } }' }, ['groups.web.bastion: unknown bastion "other"']],
    [{ more: 'groups: { web: { hosts: [web-9] } }' }, ['groups.web.hosts[0]: unknown host "web-9" (did you mean "web-1"?)']],
    [{ more: 'groups: { web: { bastion: gate } }' }, ['groups.web.hosts: "hosts" is missing']],
    [{ more: 'groups: { web: { hosts: [web-1, web-1] } }' }, ['groups.web.hosts[1]: "web-1" is named twice in this list']],
    [{ more: 'groups: { web: web-1 }' }, ['groups.web: this does not name hosts']],
    [
      { more: 'groups: { a: { hosts: [web-1], bastion: gate }, b: { hosts: [web-1], bastion: inner } }' },
      ['hosts.web-1: its groups "a" and "b" say different things of `bastion`'],
    ],
    [{ more: 'defaults: { address: web-1 }' }, ['defaults.address: unknown key "address"']],
  ])('%j', (written, problems) => expect(told(file(written)).map((line) => line.replace(/^\S+ /, ''))).toEqual(problems))

  test('bastions that lead to each other', () => {
    const circle = `hosts: {}\nbastions:\n  a: ${machine('a', 'bastion: b')}\n  b: ${machine('b', 'bastion: a')}\n  c: ${machine('c', 'bastion: a')}\n`
    expect(told(parseOperator(circle)).map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'bastions.a.bastion: it is reached through itself: a through b through a',
      'bastions.b.bastion: it is reached through itself: b through a through b',
    ])
  })

  test('the name that means none', () =>
    expect(told(parseOperator(`hosts: {}\nbastions: { none: ${machine('a')} }\n`))).toEqual([
      '2:13 bastions: this name says that there is no bastion',
    ]))
})
