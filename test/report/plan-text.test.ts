import { expect, test } from 'vitest'
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
  web       recreated  image and configuration, 2 containers
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

test('a service of an inactive profile is not started', () =>
  expect(planText(plan({ services: [service({ replicas: 0, because: [] })] }))).toContain('web  recreated  not started'))

test('a service that starts first says so, and also where it cannot this once', () => {
  const startFirst = { drain: 10 }
  const text = planText(plan({ services: [service({ startFirst, beside: { after: [] } }), service({ name: 'api', startFirst })] }))
  expect(text).toContain('web  recreated  image, started beside the old one, then the old one goes\n')
  expect(text).toContain('api  recreated  image, stops first this once: what runs may have no room for another beside it\n')
})

test('words from the repository cannot forge lines', () =>
  expect(planText(plan({ services: [service({ name: 'web\nHosts\n  evil' })] }))).toContain('  web Hosts evil  recreated'))
