import { expect, test } from 'vitest'
import type { Draft } from '../../src/domain/plan.ts'
import { contentOf } from '../../src/plan/content.ts'
import { plan, service } from '../support/builders.ts'

const hosts = ['web-1', 'web-2'].map((name) => ({ name, platform: 'linux/amd64' }))
const atOnce = plan({ hosts, waves: [{ hosts: ['web-1', 'web-2'], pause: 0 }] })
const content = (draft: Draft) => contentOf(draft, (text) => text)

test.each<[why: string, change: Partial<Draft>, same: boolean]>([
  ['a canary that goes first', { waves: wavesOf(10) }, false],
  ['hosts in another order that all go at once', { waves: [{ hosts: ['web-2', 'web-1'], pause: 0 }] }, true],
  ['a profile of a host', { hosts: withProfile('web-1') }, false],
  ['another host', { hosts: hosts.slice(1), waves: [{ hosts: ['web-2'], pause: 0 }] }, false],
])('%s', (_why, change, same) => expect(content({ ...atOnce, ...change }) === content(atOnce)).toBe(same))

test('whoever agreed to a gap did not agree to none, nor to another hook', () => {
  const first = (drain: number) => content({ ...atOnce, services: [service({ startFirst: { drain } })] })
  expect(new Set([content({ ...atOnce, services: [service()] }), first(0), first(1)]).size).toBe(3)
})

test('whoever agreed to a pause did not agree to none', () =>
  expect(content({ ...atOnce, waves: wavesOf(10) })).not.toBe(content({ ...atOnce, waves: wavesOf(0) })))

test('whoever agreed to a service here did not agree to it there', () => {
  expect(content({ ...atOnce, hosts: withProfile('web-1') })).not.toBe(content({ ...atOnce, hosts: withProfile('web-2') }))
  expect(content({ ...atOnce, hosts: withProfile('web-1').toReversed() })).toBe(content({ ...atOnce, hosts: withProfile('web-1') }))
})

function withProfile(name: string): Draft['hosts'] {
  return hosts.map((host) => (host.name === name ? { ...host, profiles: ['cron'] } : host))
}

function wavesOf(pause: number): Draft['waves'] {
  return [
    { hosts: ['web-1'], pause },
    { hosts: ['web-2'], pause: 0 },
  ]
}
