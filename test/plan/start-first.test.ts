import { describe, expect, test } from 'vitest'
import type { VerifyRule } from '../../src/domain/configuration.ts'
import { withRoom } from '../../src/plan/beside.ts'
import { readModel } from '../../src/plan/model.ts'
import { planServices, type ServicesRequest } from '../../src/plan/services.ts'
import { obstaclesTo } from '../../src/plan/start-first.ts'
import { container, image, plan, service } from '../support/builders.ts'

type Services = Record<string, Record<string, unknown>>
const rule: VerifyRule = { port: 3000, health: '/health', smoke: [], within: 60, soak: 10 }
const told = (services: Services, verify: Record<string, VerifyRule> = { web: rule }, names = ['web']) =>
  obstaclesTo(names, readModel({ services }), verify, ['jobs']).map(
    ({ path, what }) => `${path.slice(2).join('.')}: ${what.replace('web starts first, and ', '')}`,
  )

describe('what keeps a service from starting first', () => {
  test.each<[why: string, web: Record<string, unknown>, others: Services, expected: string[]]>([
    ['nothing', {}, {}, []],
    ['a name of its own', { container_name: 'shop' }, {}, ['container_name: two containers cannot have one name']],
    [
      'a port of the host',
      { ports: [{ target: 80 }, { target: 81, published: '8080' }] },
      {},
      ['ports.1: two containers cannot have port 8080 of the host'],
    ],
    [
      'a range of ports',
      { ports: [{ target: 80, published: '8080-8090' }] },
      {},
      ['ports.0: two containers cannot have port 8080-8090 of the host'],
    ],
    ['not a port that Docker chooses', { ports: [{ target: 80, published: '0' }, { target: 81, published: '' }, { target: 82 }] }, {}, []],
    ["the host's network", { network_mode: 'host' }, {}, ["network_mode: two containers cannot have the same ports of the host's network"]],
    [
      "another's network",
      { network_mode: 'service:db' },
      { db: {} },
      ['network_mode: two containers cannot have the same ports of one network'],
    ],
    ['not the usual network', { network_mode: 'bridge', networks: { front: null, back: { aliases: ['shop'] } } }, {}, []],
    [
      'fixed addresses',
      {
        mac_address: '02:42:ac:11:65:43',
        networks: { front: { ipv4_address: '10.0.0.2', priority: 1 }, back: { ipv6_address: 'fd00::2' } },
      },
      {},
      ['mac_address', 'networks.front.ipv4_address', 'networks.back.ipv6_address'].map(
        (at) => `${at}: two containers cannot have one address`,
      ),
    ],
    [
      'a volume without a name',
      {
        volumes: [
          { type: 'volume', source: 'data', target: '/a' },
          { type: 'volume', target: '/b' },
          { type: 'tmpfs', target: '/c' },
        ],
      },
      {},
      ['volumes.1: the new container would not have what is in this volume'],
    ],
    [
      'that it ends',
      {},
      { api: { depends_on: { web: { condition: 'service_completed_successfully' } } } },
      [': it runs once and ends, so it serves nobody'],
    ],
    ['others in its network', {}, { side: { network_mode: 'service:web' } }, [follows('side')]],
    ['others with its volumes', {}, { side: { volumes_from: ['web:ro'] } }, [follows('side')]],
    [
      'others that restart with it',
      {},
      { proxy: { depends_on: { web: { condition: 'service_started', restart: true } } } },
      [follows('proxy')],
    ],
    ['not others that are not started', {}, { side: { network_mode: 'service:web', profiles: ['debug'] } }, []],
    ['not a profile that is not started', { profiles: ['debug'], container_name: 'shop' }, {}, []],
    [
      'a name of its own, with a profile that a host has',
      { profiles: ['jobs'], container_name: 'shop' },
      {},
      ['container_name: two containers cannot have one name'],
    ],
    [
      'all of it at once',
      { container_name: 'shop', ports: [{ published: '80' }], network_mode: 'host' },
      {},
      [
        'container_name: two containers cannot have one name',
        'ports.0: two containers cannot have port 80 of the host',
        "network_mode: two containers cannot have the same ports of the host's network",
      ],
    ],
  ])('%s', (_why, web, others, expected) => expect(told({ web, ...others })).toEqual(expected))

  test.each<[why: string, verify: VerifyRule | undefined, healthcheck: unknown, known: boolean]>([
    ['no rule and no health check', undefined, undefined, false],
    ['a rule without a path', { smoke: [], within: 60, soak: 10, port: 3000 }, undefined, false],
    ['a path to ask', rule, undefined, true],
    ['a smoke request', { smoke: ['/'], within: 60, soak: 10, port: 3000 }, undefined, true],
    ['a health check in Compose', undefined, { test: ['CMD', 'true'] }, true],
    ['one as text', undefined, { test: 'true' }, true],
    ['one that only says how often', undefined, { interval: '5s' }, false],
    ['one that is switched off', undefined, { disable: true, test: ['CMD', 'true'] }, false],
    ['none on purpose', undefined, { test: ['NONE'] }, false],
  ])('whether it is known when it is well: %s', (_why, verify, healthcheck, known) =>
    expect(told({ web: healthcheck === undefined ? {} : { healthcheck } }, verify ? { web: verify } : {})).toEqual(
      known ? [] : [': nothing says when it is well'],
    ),
  )

  test('a service that there is not', () =>
    expect(obstaclesTo(['wbe'], readModel({ services: { web: {} } }), {}, [])).toEqual([
      {
        ...{ service: 'wbe', path: [], remedy: 'Correct the name, or remove it' },
        what: '"wbe" starts first, and the Compose file has no such service (did you mean "web"?)',
      },
    ]))
})

function follows(name: string): string {
  return `: ${name} has to be replaced with it (network, ipc or pid of a service, volumes_from, or restart: true)`
}

describe('what runs has room for others beside it', () => {
  const room = (web: string, startFirst = false) =>
    withRoom(plan({ compose: `services:\n  web: ${web}\n`, services: [service(startFirst ? { startFirst: { drain: 1 } } : {})] }))
  test.each<[web: string, expected: boolean]>([
    ['{ image: shop }', true],
    ['{ image: shop, networks: [front, back] }', true],
    ['{ image: shop, networks: { front: } }', true],
    ['{ image: shop, networks: { front: { ipv4_address: "${ADDRESS}" } } }', false],
    ['{ image: shop, ports: ["${PORT}:80"] }', false],
    ['{ image: shop, container_name: shop }', false],
    ['{ image: shop, network_mode: host }', false],
    ['{ extends: { service: base } }', false],
  ])('%s: %s', (web, expected) => expect(room(web)).toEqual(expected ? ['web'] : []))

  test('where it started first itself', () => expect(room('{ image: shop, ports: ["80"] }', true)).toEqual(['web']))
})

describe('which services are started beside what runs', () => {
  const startFirst = { web: { drain: 5 } }
  const definitions: Services = {
    web: {
      image: 'x',
      depends_on: {
        migrate: { condition: 'service_completed_successfully' },
        db: { condition: 'service_healthy' },
        cache: { condition: 'service_started' },
        side: { condition: 'service_healthy', required: false },
      },
    },
    ...Object.fromEntries(['migrate', 'db', 'cache', 'side'].map((name) => [name, { image: 'x' }])),
  }
  const request = (more: Partial<ServicesRequest> = {}): ServicesRequest => ({
    model: readModel({ services: definitions }),
    pins: new Map(Object.keys(definitions).map((name) => [name, image()])),
    hosts: [{ name: 'web-1', platform: 'linux/amd64', containers: Object.keys(definitions).map((name) => container({ service: name })) }],
    verify: {},
    startFirst,
    proof: { within: 60, soak: 10 },
    values: new Map(),
    fingerprint: (text) => text,
    ...more,
  })
  const was = planServices(request({ hosts: [{ name: 'web-1', platform: 'linux/amd64', containers: [] }] })).services
  const web = (more: Partial<ServicesRequest>) => planServices(request(more)).services.find(({ name }) => name === 'web')
  const other = (...names: string[]) => was.map((one) => (names.includes(one.name) ? { ...one, fingerprint: 'other' } : one))

  test('not what is new', () =>
    expect(was.find(({ name }) => name === 'web')).toMatchObject({ change: 'created', startFirst: startFirst.web }))
  test('not what is new: nothing is beside it', () => expect(was.some(({ beside }) => beside)).toBe(false))
  test('not what stays', () => {
    const kept = web({ previous: { services: was, room: ['web'] } })
    expect([kept?.change, kept?.beside]).toEqual(['untouched', undefined])
  })
  test('what is recreated, with room beside what runs', () =>
    expect(web({ previous: { services: other('web'), room: ['web'] } })?.beside).toEqual({ after: [] }))
  test('not without room there', () => {
    const stopped = web({ previous: { services: other('web'), room: ['db'] } })
    expect([stopped?.change, stopped?.beside]).toEqual(['recreated', undefined])
  })
  test('not what Landfall knows nothing of', () => expect(web({ previous: undefined })?.beside).toBeUndefined())
  test('also what a deployment left that could not be brought to its end, where each had room', () =>
    expect(web({ previous: { services: [], others: ['web'], room: ['web'] } })?.beside).toBeDefined())
  test('after what changes with them and has to come first', () =>
    expect(web({ previous: { services: other('web', 'migrate', 'db', 'cache', 'side'), room: ['web'] } })?.beside).toEqual({
      after: [
        { service: 'migrate', is: 'completed' },
        { service: 'db', is: 'healthy' },
      ],
    }))
  test('not after what starts beside others as well: Compose waits within one call', () => {
    const more = { startFirst: { ...startFirst, db: { drain: 5 } }, previous: { services: other('web', 'db'), room: ['web', 'db'] } }
    expect(web(more)?.beside).toEqual({ after: [] })
  })
})
