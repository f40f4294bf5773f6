import { expect, test } from 'vitest'
import { onHost } from '../../src/domain/host-view.ts'
import { freezeLate } from '../../src/plan/freeze-late.ts'
import type { ComparedHost } from '../../src/plan/services.ts'
import { container, digest, image, plan, service, sha } from '../support/builders.ts'

const web = service({ fingerprint: 'w2', change: 'recreated' })
const database = image({ line: 'db:1', repository: 'docker.io/library/db', tag: '1', digest: digest('7') })
const db = service({ name: 'db', image: `docker.io/library/db@${digest('7')}`, fingerprint: 'd1', change: 'untouched', because: [] })
const side = { ...db, name: 'side', fingerprint: 's1' }
const compose = `services:
  web: { image: "registry.example.com/shop:\${TAG}", depends_on: { db: { condition: service_started } } }
  db: { image: "db:1" }
  side: { image: "db:1", network_mode: "service:db" }
`
const passed = [{ gate: 'approval' as const, evidence: { required: '1', found: '1', people: 'lisa' } }]
const release = plan({
  ...{ generation: 5, release: 'd5', compose, passed, services: [web, db, side], images: [image(), database] },
  ...{
    onFailure: 'keep',
    unreachable: 'skip',
    away: ['web-2'],
    waves: [
      { hosts: ['web-1'], pause: 30 },
      { hosts: ['web-2'], pause: 0 },
    ],
  },
  hosts: [{ name: 'web-1', platform: 'linux/amd64' }],
})
const up = (name: string) => container({ id: `id of ${name}`, name, service: name })
const all = [up('web'), up('db'), up('side')]
const previous = (generation: number) => ({ generation, revision: sha(String(generation)) })
const there: ComparedHost = { name: 'web-1', platform: 'linux/amd64', previous: previous(5), containers: all }
const back = (change: Partial<ComparedHost> = {}): ComparedHost => ({
  ...{ name: 'web-2', platform: 'linux/amd64', previous: previous(4), containers: all, late: [{ ...web, fingerprint: 'w1' }, db, side] },
  ...change,
})
const late = (host: ComparedHost) =>
  freezeLate({ release, hosts: [there, host], names: ['web-1', 'web-2'], running: { services: release.services }, late: ['web-2'] })
const changesOn = (host: ComparedHost, name: string) =>
  Object.fromEntries(onHost({ ...late(host), generation: 6 }, name).services.map((one) => [one.name, one.change]))

test('the others keep everything', () =>
  expect(changesOn(back(), 'web-1')).toEqual({ web: 'untouched', db: 'untouched', side: 'untouched' }))

test.each<[what: string, host: ComparedHost, expected: Record<string, string>]>([
  ['what differs', back(), { web: 'recreated', db: 'untouched', side: 'untouched' }],
  ['what has no container there', back({ containers: [up('web'), up('side')] }), { web: 'recreated', db: 'recreated', side: 'recreated' }],
  [
    'with it what lives in its network',
    back({ late: [web, { ...db, fingerprint: 'd0' }, side] }),
    { web: 'untouched', db: 'recreated', side: 'recreated' },
  ],
  ['everything where nobody knows its release', back({ late: [] }), { web: 'recreated', db: 'recreated', side: 'recreated' }],
  [
    'everything where it is new',
    { name: 'web-2', platform: 'linux/amd64', containers: [], late: [] },
    { web: 'recreated', db: 'recreated', side: 'recreated' },
  ],
])('a late host gets %s', (_what, host, expected) => expect(changesOn(host, 'web-2')).toEqual(expected))

test('it is the same release, let through by what let it through then, on all hosts at once and returned as ever', () => {
  const { onFailure, away, ...frozen } = late(back())
  expect([onFailure, away]).toEqual([undefined, undefined])
  expect(frozen).toMatchObject({
    ...{ kind: 'deploy', release: 'd5', revision: release.revision, images: release.images, compose, passed, unreachable: 'skip' },
    ...{ late: ['web-2'], waves: [{ hosts: ['web-1', 'web-2'], pause: 0 }] },
  })
})

test('who is away still is passed over again', () => {
  const request = { release, hosts: [there, back()], names: ['web-1', 'web-2', 'web-3'], late: ['web-2'] }
  expect(freezeLate({ ...request, running: { services: release.services } })).toMatchObject({ away: ['web-3'] })
})
