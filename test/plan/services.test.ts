import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PinnedImage } from '../../src/domain/image.ts'
import type { ObservedContainer } from '../../src/domain/observed.ts'
import type { PlannedService } from '../../src/domain/plan.ts'
import { planHosts } from '../../src/plan/hosts.ts'
import { readModel } from '../../src/plan/model.ts'
import { overrideText } from '../../src/plan/override.ts'
import { planServices, type ServicesRequest } from '../../src/plan/services.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const pin = (letter: string, revision?: string): PinnedImage => ({
  repository: 'acme/shop',
  tag: 't',
  digest: digest(letter),
  line: 'acme/shop:${TAG}',
  platforms: [{ platform: 'linux/amd64', manifest: digest('e'), config: digest(letter === 'a' ? 'c' : 'd') }],
  ...(revision ? { revision } : {}),
})
const container = (service: string, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `id-of-${service}`,
  name: `shop-${service}-1`,
  service,
  image: digest('c'),
  reference: `acme/shop@${digest('a')}`,
  status: 'running',
  exitCode: 0,
  outOfMemory: false,
  restarts: 0,
  startedAt: 'then',
  before: true,
  ...more,
})

const project = {
  services: {
    web: {
      image: 'x',
      environment: { A: '1' },
      depends_on: { db: { condition: 'service_healthy' } },
      networks: { default: null },
      secrets: [{ source: 'token' }],
    },
    db: { image: 'y', volumes: [{ type: 'volume', source: 'pg', target: '/pg' }], networks: { default: null } },
  },
  networks: { default: { name: 'shop_default' } },
  volumes: { pg: { name: 'shop_pg' } },
  secrets: { token: { name: 'shop_token', environment: 'TOKEN' } },
}
type Services = Record<string, Record<string, unknown>>

function request(model: object = project, more: Partial<ServicesRequest> = {}): ServicesRequest {
  const read = readModel(model)
  const names = Object.keys(read.services)
  return {
    model: read,
    pins: new Map(names.map((name) => [name, pin('a')])),
    hosts: [{ name: 'web-1', platform: 'linux/amd64', containers: names.map((name) => container(name)) }],
    verify: {},
    proof: { within: 60, soak: 10 },
    values: new Map([['TOKEN', 'hunter2']]),
    fingerprint: (text) => `fingerprint of ${text}`,
    ...more,
  }
}

const blank = [{ name: 'web-1', platform: 'linux/amd64', containers: [] }]
const firstPlan = planServices(request(project, { hosts: blank })).services
const again = (more: Partial<ServicesRequest> = {}, model: object = project) =>
  planServices(request(model, { previous: { services: firstPlan }, ...more }))
const changes = (services: PlannedService[]) =>
  Object.fromEntries(services.map((one) => [one.name, one.change === 'untouched' ? '' : one.because.join(', ')]))
const withServices = (services: Services) => ({ ...project, services: { ...project.services, ...services } })

test.each<[check: unknown, known: true | undefined]>([
  [{ test: ['CMD', 'true'] }, true],
  [{ test: 'true' }, true],
  [{ test: ['NONE'] }, undefined],
  [{ test: ['CMD', 'true'], disable: true }, undefined],
  [{ interval: '5s' }, undefined],
  [undefined, undefined],
])('a service whose Compose file says healthcheck %j is looked after by Docker: %s', (healthcheck, known) => {
  const { services } = planServices(request(withServices({ web: { image: 'x', healthcheck } }), { hosts: blank }))
  expect(services.find(({ name }) => name === 'web')?.dockerHealth).toBe(known)
})

describe('what gets new containers', () => {
  test('everything, the first time', () => {
    expect(firstPlan.map((one) => [one.name, one.change, one.because])).toEqual([
      ['db', 'created', ['new']],
      ['web', 'created', ['new']],
    ])
  })

  test('containers found there the first time: nobody knows what they were made from', () => {
    expect(changes(planServices(request()).services)).toEqual({
      db: 'runs on web-1 in a way Landfall does not know',
      web: 'runs on web-1 in a way Landfall does not know',
    })
    expect(planServices(request()).services.map(({ change }) => change)).toEqual(['recreated', 'recreated'])
  })

  test('what a release that came to no end left behind goes, once it is no longer asked for', () => {
    const { removed } = planServices(request(project, { previous: { services: firstPlan, others: ['worker', 'web'] } }))
    expect(removed).toEqual(['worker'])
  })

  test('nothing, when nothing changed: planning what was applied plans nothing', () => {
    expect(changes(again().services)).toEqual({ db: '', web: '' })
  })

  test('a new image recreates its service and leaves the database alone', () => {
    const pins = new Map([
      ['web', pin('b', 'abc')],
      ['db', pin('a')],
    ])
    const { services } = again({ pins })
    expect(changes(services)).toEqual({ db: '', web: 'image' })
    expect(services.find((one) => one.name === 'web')).toMatchObject({ image: `acme/shop@${digest('b')}`, version: 'abc' })
  })

  test.each<[what: string, model: object, expected: Record<string, string>]>([
    ['an environment value', withServices({ web: { ...project.services.web, environment: { A: '2' } } }), { db: '', web: 'configuration' }],
    ['a label', withServices({ web: { ...project.services.web, labels: { a: 'b' } } }), { db: '', web: 'configuration' }],
    [
      'a network all share',
      { ...project, networks: { default: { name: 'shop_default', internal: true } } },
      { db: 'configuration', web: 'configuration' },
    ],
    ['a volume of one', { ...project, volumes: { pg: { name: 'shop_other' } } }, { db: 'configuration', web: '' }],
    ['a volume nobody uses', { ...project, volumes: { ...project.volumes, more: { name: 'shop_more' } } }, { db: '', web: '' }],
    ['the tag in the image line', withServices({ web: { ...project.services.web, image: 'z' } }), { db: '', web: '' }],
    [
      'how it is built or pulled',
      withServices({ web: { ...project.services.web, build: { context: '.' }, pull_policy: 'always', develop: {} } }),
      { db: '', web: '' },
    ],
    ['what it waits for', withServices({ web: { ...project.services.web, depends_on: {} } }), { db: '', web: '' }],
    ['an extension', withServices({ web: { ...project.services.web, 'x-note': 'hello' } }), { db: '', web: '' }],
    [
      'what newer Compose versions print besides',
      withServices({ web: { ...project.services.web, command: null, deploy: { resources: {} } } }),
      { db: '', web: '' },
    ],
    ['how many', withServices({ web: { ...project.services.web, deploy: { replicas: 2 } } }), { db: '', web: 'replicas' }],
  ])('%s', (_what, model, expected) => expect(changes(again({}, model).services)).toEqual(expected))

  test('a secret that comes from a variable', () => {
    expect(changes(again({ values: new Map([['TOKEN', 'hunter3']]) }).services)).toEqual({ db: '', web: 'configuration' })
  })

  test.each<[what: string, containers: ObservedContainer[], because: string]>([
    ['is gone', [], 'not running on web-1'],
    ['was stopped', [container('db', { status: 'exited' })], 'not running on web-1'],
    ['keeps restarting', [container('db', { status: 'restarting' })], 'not running on web-1'],
    ['runs another image', [container('db', { image: digest('f') })], 'another image on web-1'],
    ['was scaled by hand', [container('db'), container('db')], 'too many containers on web-1'],
  ])('a container that %s', (_what, containers, because) => {
    const hosts = [{ name: 'web-1', platform: 'linux/amd64', containers: [container('web'), ...containers] }]
    expect(changes(again({ hosts }).services)).toEqual({ db: because, web: '' })
  })

  test.each(['a', 'e', 'c'])('hosts show one or another digest of the same image (%s)', (letter) => {
    const hosts = [{ name: 'web-1', platform: 'linux/amd64', containers: [container('web'), container('db', { image: digest(letter) })] }]
    expect(changes(again({ hosts }).services)).toEqual({ db: '', web: '' })
  })

  test('a service missing on one host of two is recreated, and the message says where', () => {
    const both = [container('web'), container('db')]
    const hosts = [
      { name: 'web-1', platform: 'linux/amd64', containers: both },
      { name: 'web-2', platform: 'linux/amd64', containers: [container('web')] },
    ]
    expect(changes(again({ hosts }).services)).toEqual({ db: 'not running on web-2', web: '' })
  })

  const joined = { name: 'web-2', platform: 'linux/amd64', containers: [] }
  const beside = [{ name: 'web-1', platform: 'linux/amd64', containers: [container('web'), container('db')] }]
  const comparison = request()
  test('nothing, where a host joins others: it creates what they keep, and no more than that', () => {
    const hosts = [...beside, joined]
    const { services } = again({ hosts })
    expect(changes(services)).toEqual({ db: '', web: '' })
    expect(planHosts(services, { ...comparison, hosts }).map(({ creates }) => creates)).toEqual([undefined, ['db', 'web']])
    const pins = new Map([
      ['web', pin('b')],
      ['db', pin('a')],
    ])
    expect(planHosts(again({ hosts, pins }).services, { ...comparison, pins, hosts }).at(1)?.creates).toEqual(['db'])
  })

  test('what a host had and has lost altogether is recreated, as it is no new one', () => {
    const emptied = { ...joined, previous: { generation: 3, revision: 'a'.repeat(40) } }
    const { services } = again({ hosts: [...beside, emptied] })
    expect(changes(services)).toEqual({ db: 'not running on web-2', web: 'not running on web-2' })
  })

  test('everything, where no host is left that had it', () => {
    const { services } = again({ hosts: [joined] })
    expect(changes(services)).toEqual({ db: 'not running on web-2', web: 'not running on web-2' })
    expect(planHosts(services, { ...comparison, hosts: [joined] })).toEqual([{ name: 'web-2', platform: 'linux/amd64' }])
  })
})

describe('what follows another', () => {
  test.each<[how: string, follower: Record<string, unknown>]>([
    ['lives in its network', { network_mode: 'service:web' }],
    ['sees its processes', { pid: 'service:web' }],
    ['mounts its volumes', { volumes_from: ['web:ro'] }],
    ['asked to be restarted with it', { depends_on: { web: { condition: 'service_started', restart: true } } }],
  ])('a service that %s is recreated with it, and so is what follows that one', (_how, follower) => {
    const model = withServices({ side: { image: 's', ...follower }, last: { image: 'l', network_mode: 'service:side' } })
    const before = planServices(request(model)).services
    const pins = new Map(['web', 'db', 'side', 'last'].map((name) => [name, pin(name === 'web' ? 'b' : 'a')]))
    const { services } = planServices(request(model, { previous: { services: before }, pins }))
    expect(changes(services)).toEqual({ db: '', last: 'follows side', side: 'follows web', web: 'image' })
  })
})

describe('what ends', () => {
  const migrating = withServices({
    web: { ...project.services.web, depends_on: { job: { condition: 'service_completed_successfully' } } },
    job: { image: 'j', restart: 'no' },
  })

  test('a job that others wait for is one-shot; one that is kept running is not', () => {
    const oneShot = (model: object) =>
      planServices(request(model))
        .services.filter((one) => one.oneShot)
        .map((one) => one.name)
    expect(oneShot(migrating)).toEqual(['job'])
    expect(oneShot(withServices({ ...(migrating.services as Services), job: { image: 'j', restart: 'always' } }))).toEqual([])
    expect(oneShot(project)).toEqual([])
  })

  test.each([
    [0, ''],
    [1, 'not running on web-1'],
  ])('a job that ended with %i', (exitCode, expected) => {
    const before = planServices(request(migrating)).services
    const containers = [container('web'), container('db'), container('job', { status: 'exited', exitCode })]
    const hosts = [{ name: 'web-1', platform: 'linux/amd64', containers }]
    expect(changes(planServices(request(migrating, { previous: { services: before }, hosts })).services)).toMatchObject({ job: expected })
  })

  test('services that are gone, or run no more, are removed; a service of a profile has no containers', () => {
    expect(again({}, { ...project, services: { web: project.services.web } }).removed).toEqual(['db'])
    const { services, removed } = again({}, withServices({ db: { ...project.services.db, profiles: ['x'] } }))
    expect(removed).toEqual(['db'])
    expect(services.find((one) => one.name === 'db')).toMatchObject({ replicas: 0, change: 'untouched' })
    expect(again().removed).toEqual([])
  })
})

test('no secret is in a plan while fingerprints are keyed', () => {
  const { services } = planServices(request(project, { fingerprint: (text) => String(text.length) }))
  expect(JSON.stringify(services)).not.toContain('hunter2')
})

test('the order in which Compose prints keys changes nothing', () => {
  const shuffled = (node: unknown, seed: number): unknown => {
    if (node === null || typeof node !== 'object' || Array.isArray(node)) return node
    const entries = Object.entries(node).map(([key, value]) => [key, shuffled(value, seed)] as const)
    return Object.fromEntries(entries.sort(([one], [other]) => ((one.length * seed) % 7) - ((other.length * seed) % 7)))
  }
  fc.assert(
    fc.property(
      fc.nat(100),
      (seed) => void expect(changes(again({}, shuffled(project, seed) as object).services)).toEqual({ db: '', web: '' }),
    ),
  )
})

describe('the override', () => {
  const text = (model: object, services: PlannedService[]) => overrideText(services, readModel(model)).split('\n').slice(1).join('\n')

  test('pins every service that runs, builds nothing, and keeps order among those that change', () => {
    const model = withServices({
      web: {
        image: 'x',
        build: { context: '.' },
        depends_on: { db: { condition: 'service_healthy' }, job: { condition: 'service_completed_successfully' } },
      },
      job: { image: 'j', depends_on: { db: { condition: 'service_started' } } },
      tool: { image: 't', profiles: ['x'], build: '.' },
    })
    const before = planServices(request(model)).services.filter((one) => one.name === 'db')
    expect(text(model, planServices(request(model, { previous: { services: before } })).services)).toBe(`services:
  "db":
    image: "acme/shop@${digest('a')}"
    pull_policy: missing
  "job":
    image: "acme/shop@${digest('a')}"
    pull_policy: missing
    depends_on: !override {}
  "web":
    image: "acme/shop@${digest('a')}"
    pull_policy: missing
    build: !reset null
    depends_on: !override {"job":{"condition":"service_completed_successfully"}}
`)
  })
})
