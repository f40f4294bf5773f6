import { expect, test } from 'vitest'
import type { PlannedService } from '../../src/domain/plan.ts'
import { planText } from '../../src/report/plan-text.ts'
import { digest, image, plan, service, sha } from '../support/builders.ts'

test('a plan reads as a table of what will happen', () => {
  const { revision: _, ...postgres } = image({ repository: 'postgres', tag: '17', digest: digest('4') })
  const text = planText(
    plan({
      generation: 7,
      services: [
        service({ because: ['image', 'configuration'], replicas: 2 }),
        service({ name: 'migrate', change: 'created', because: ['new'], oneShot: true }),
        service({ name: 'database', change: 'untouched', because: [] }),
      ],
      removed: ['cron'],
      images: [image(), postgres],
      hosts: [
        { name: 'web-1', platform: 'linux/amd64', previous: { generation: 6, revision: sha('b') } },
        { name: 'web-2', platform: 'linux/amd64' },
      ],
      waves: [
        { hosts: ['web-1'], pause: 0 },
        { hosts: ['web-2'], pause: 0 },
      ],
    }),
  )
  expect(text).toBe(`Deploy shop to production: aaaaaaa (generation 7)

Services
  web       recreated  image and configuration, 2 containers; has no health rule: digest, state and restarts prove it
  migrate   created    new, runs once
  database  untouched  keeps its containers
  cron      removed    its volumes stay

Images
  registry.example.com/shop@${digest('1')}  built from aaaaaaa
  postgres@${digest('4')}                   was 17

Hosts
  wave 1  web-1  runs bbbbbbb now
  wave 2  web-2  first deployment`)
})

test('one wave needs no number', () => expect(planText(plan())).toMatch(/Hosts\n {2}web-1 {2}first deployment$/))

test.each<[why: string, change: Partial<PlannedService>]>([
  ['a path is asked', { verify: { port: 80, health: '/', smoke: [], within: 60, soak: 10 } }],
  ['a command is run', { verify: { command: ['true'], smoke: [], within: 60, soak: 10 } }],
  ['Docker looks after it', { dockerHealth: true }],
  ['it runs once', { oneShot: true }],
  ['it is left alone', { change: 'untouched' }],
])('nothing is said of how a service is proved where %s', (_why, change) =>
  expect(planText(plan({ services: [service(change)] }))).not.toContain('no health rule'),
)

test('a rule that asks nothing is none', () =>
  expect(planText(plan({ services: [service({ verify: { smoke: [], within: 60, soak: 30 } })] }))).toContain('no health rule'))

test('a service of an inactive profile is not started', () =>
  expect(planText(plan({ services: [service({ replicas: 0, because: [] })] }))).toContain('web  recreated  not started'))

test('a service that starts first says so, and also where it cannot this once', () => {
  const startFirst = { drain: 10 }
  const text = planText(plan({ services: [service({ startFirst, beside: { after: [] } }), service({ name: 'api', startFirst })] }))
  expect(text).toContain('web  recreated  image, started beside the old one, then the old one goes;')
  expect(text).toContain('api  recreated  image, stops first this once: what runs may have no room for another beside it;')
})

test('words from the repository cannot forge lines', () =>
  expect(planText(plan({ services: [service({ name: 'web\nHosts\n  evil' })] }))).toContain('  web Hosts evil  recreated'))

test('files that services mount are listed with what becomes of them, and a host that has none yet with all of them', () => {
  const file = (path: string, change?: 'added' | 'changed') => ({ path, source: `deploy/${path}`, sha256: '', ...(change && { change }) })
  const files = [file('nginx/a', 'changed'), file('nginx/b', 'added'), file('nginx/c')]
  const more = Array.from({ length: 40 }, (_, index) => `old/${index}`)
  const text = planText(
    plan({
      services: [service({ change: 'untouched', because: [], reloaded: true })],
      synced: [{ from: 'deploy/nginx', to: 'nginx', service: 'web', files, mounts: [], check: ['nginx', '-t'], reload: [], within: 30 }],
      gone: ['nginx/d', ...more],
      hosts: [
        { name: 'web-1', platform: 'linux/amd64', previous: { generation: 6, revision: sha('b') } },
        { name: 'web-2', platform: 'linux/amd64' },
      ],
    }),
  )
  expect(text).toContain('web  reloaded  keeps its containers, which take the changed files up')
  expect(text.slice(text.indexOf('Files')).split('\n').slice(0, 6)).toEqual([
    'Files',
    '  nginx for web: checked by nginx -t, taken up by itself',
    '  ~ nginx/a from deploy/nginx/a',
    '  + nginx/b from deploy/nginx/b',
    '  - nginx/d',
    '  - old/0',
  ])
  expect(text).toMatch(/ {2}and 13 more\n {2}all of them are new on web-2$/)
})
