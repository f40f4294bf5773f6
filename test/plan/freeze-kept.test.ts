import { describe, expect, test } from 'vitest'
import { nothingAsked } from '../../src/domain/gate.ts'
import type { PlannedService } from '../../src/domain/plan.ts'
import { freezeKept, type KeptRequest } from '../../src/plan/freeze-kept.ts'
import { container, digest, image, plan, service, sha } from '../support/builders.ts'

const database = image({ line: 'db:1', repository: 'docker.io/library/db', tag: '1', digest: digest('7') })
const db = service({ name: 'db', image: `docker.io/library/db@${digest('7')}`, fingerprint: 'd1', change: 'created', because: ['new'] })
const compose = `services:
  web: { image: "registry.example.com/shop:\${TAG}", depends_on: { db: { condition: service_started } }, deploy: { replicas: "\${WEBS}" } }
  db: { image: "db:1", scale: "\${DBS}" }
  side: { image: "db:1", network_mode: "service:web" }
`
const side = { ...db, name: 'side', fingerprint: 's1' }
const release = plan({
  generation: 3,
  release: 'd3',
  services: [db, side, service({ fingerprint: 'w1' })],
  images: [image(), database],
  compose,
  logins: ['ghcr.io', 'old.example.com'],
  env: 'deploy/production.env',
  keep: 4,
  secretKeys: { keys: [{ name: 'TOKEN', fingerprint: 't1' }] },
})
const running = (...services: PlannedService[]): KeptRequest['running'] => ({ services })

/** What a host shows of a service as it should be. */
const up = (name: string, change: Partial<ReturnType<typeof container>> = {}) =>
  container({ id: `id of ${name}`, name, service: name, ...change })
const host = (containers = [up('web'), up('db'), up('side')], previous = { generation: 9, revision: sha('9') }) => ({
  ...{ name: 'web-1', platform: 'linux/amd64', previous },
  containers,
})
const freeze = (change: Partial<KeptRequest> = {}) =>
  freezeKept({
    release,
    kept: 3,
    hosts: [host()],
    running: running(db, side, service({ fingerprint: 'w9' })),
    registries: ['ghcr.io'],
    gates: nothingAsked,
    notify: [],
    ...change,
  })
const changes = (request: Partial<KeptRequest>) =>
  Object.fromEntries(freeze(request).services.map(({ name, change, because }) => [name, `${change}: ${because.join(', ')}`]))

describe('what changes is found anew', () => {
  test.each<[why: string, request: Partial<KeptRequest>, expected: Record<string, string>]>([
    [
      'what differs is recreated, and what lives in its network follows',
      {},
      { db: 'untouched: ', side: 'recreated: follows web', web: 'recreated: configuration' },
    ],
    [
      'what runs already is left alone',
      { running: running(db, side, service({ fingerprint: 'w1' })) },
      { db: 'untouched: ', side: 'untouched: ', web: 'untouched: ' },
    ],
    [
      'what is stopped is recreated',
      {
        running: running(db, side, service({ fingerprint: 'w1' })),
        hosts: [host([up('web'), up('db', { status: 'exited' }), up('side')])],
      },
      { db: 'recreated: not running on web-1', side: 'untouched: ', web: 'untouched: ' },
    ],
    [
      'where nobody knows what runs all is recreated',
      { running: undefined },
      {
        db: 'recreated: runs on web-1 in a way Landfall does not know',
        side: 'recreated: runs on web-1 in a way Landfall does not know',
        web: 'recreated: runs on web-1 in a way Landfall does not know',
      },
    ],
  ])('%s', (_why, request, expected) => expect(changes(request)).toEqual(expected))

  test('services that came later are removed', () => {
    expect(freeze({ running: running(db, side, service(), service({ name: 'cron' })) }).removed).toEqual(['cron'])
  })
})

test('all else is the release as it was, on the hosts as they are, and ages of secrets stay', () => {
  const { services: _, override, ...frozen } = freeze()
  const { generation: __, services: ___, override: ____, secretKeys: _____, ...same } = release
  expect(frozen).toEqual({
    ...same,
    ...{ kind: 'rollback', again: 3, kept: 3, soak: 'behind', logins: ['ghcr.io'], removed: [], gates: nothingAsked },
    hosts: [{ name: 'web-1', platform: 'linux/amd64', previous: { generation: 9, revision: sha('9') } }],
    waves: [{ hosts: ['web-1'], pause: 0 }],
  })
  expect(override).toContain(`image: "registry.example.com/shop@${digest('1')}"`)
  expect(override).toContain('depends_on: !override {}')
})
