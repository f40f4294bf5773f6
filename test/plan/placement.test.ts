import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { onHost } from '../../src/domain/host-view.ts'
import type { ObservedContainer } from '../../src/domain/observed.ts'
import { profilesByHost, runsOn } from '../../src/domain/placement.ts'
import type { PlannedService } from '../../src/domain/plan.ts'
import { planHosts } from '../../src/plan/hosts.ts'
import { type ModelService, readModel } from '../../src/plan/model.ts'
import { hostsAgain, misplaced, unknownProfiles } from '../../src/plan/placement.ts'
import { type ComparedHost, planServices } from '../../src/plan/services.ts'
import { container, digest, image, plan } from '../support/builders.ts'

type Services = Record<string, Record<string, unknown>>
const shop: Services = { web: { profiles: ['web'] }, cron: { profiles: ['cron'] }, log: {}, tool: { profiles: ['tools'] } }
const places = (hosts: Record<string, string[]>) => profilesByHost({}, { hosts: Object.keys(hosts), profiles: hosts })

/** What a plan makes of hosts with these profiles, which have these containers. */
function planned(services: Services, hosts: Record<string, string[]>, has: Record<string, string[]> = {}, previous?: PlannedService[]) {
  const model = readModel({ services })
  const compared: ComparedHost[] = Object.entries(hosts).map(([name, profiles]) => ({
    ...{ name, platform: 'linux/amd64', containers: (has[name] ?? []).map(made) },
    ...(profiles.length > 0 && { profiles }),
    ...(previous && has[name] && { previous: { generation: 1, revision: 'a'.repeat(40) } }),
  }))
  const { services: all, removed } = planServices({
    model,
    pins: new Map(Object.keys(services).map((name) => [name, image()])),
    previous: previous && { services: previous },
    hosts: compared,
    verify: {},
    proof: { within: 60, soak: 10 },
    values: new Map(),
    fingerprint: (text) => text,
  })
  return plan({
    services: all,
    removed,
    hosts: planHosts(all, { hosts: compared, model, pins: new Map(Object.keys(services).map((name) => [name, image()])) }),
  })
}

const made = (service: string): ObservedContainer => container({ service, image: digest('1'), before: true })
const work = (of: ReturnType<typeof planned>, host: string) => {
  const view = onHost(of, host)
  const starts = view.services.filter(({ change }) => change !== 'untouched').map(({ name, change }) => `${change} ${name}`)
  return [...starts, ...view.removed.map((name) => `removed ${name}`)]
}
const first = (hosts: Record<string, string[]>) => planned(shop, hosts).services
const before = { a: ['cron', 'web'], b: ['web'] }
const there = { a: ['cron', 'log', 'web'], b: ['log', 'web'] }

describe('where services run', () => {
  test('is said of those that do not run everywhere', () => {
    const named = first(before).map(({ name, hosts, replicas, because }) => [name, hosts, replicas, because])
    expect(named).toEqual([
      ['cron', ['a'], 1, ['new']],
      ['log', undefined, 1, ['new']],
      ['tool', undefined, 0, ['no host has the profile tools']],
      ['web', undefined, 1, ['new']],
    ])
  })

  test.each<[why: string, now: Record<string, string[]>, has: Record<string, string[]>, a: string[], b: string[]]>([
    ['nothing changes', before, there, [], []],
    [
      'a service that moves is removed here and created there, and nothing else restarts',
      { a: ['web'], b: ['cron', 'web'] },
      there,
      ['removed cron'],
      ['created cron'],
    ],
    ['a host that gets a profile creates what the others keep', { a: ['cron', 'web'], b: ['cron', 'web'] }, there, [], ['created cron']],
    ['a host that joins creates what is meant for it', { ...before, c: ['cron'] }, there, [], []],
    ['what no host has any more is removed everywhere', { a: ['web'], b: ['web'] }, there, ['removed cron'], ['removed cron']],
    [
      'what somebody started where it does not belong is removed there',
      before,
      { ...there, b: [...there.b, 'cron'] },
      [],
      ['removed cron'],
    ],
    ['what is missing where it belongs is brought back there', before, { ...there, a: ['log', 'web'] }, ['recreated cron'], []],
    ['what is there twice is recreated there', before, { ...there, a: [...there.a, 'cron'] }, ['recreated cron'], []],
    [
      'what a host already has that gets its profile is made anew, as nobody knows from what it was made',
      { a: ['cron', 'web'], b: ['cron', 'web'] },
      { ...there, b: [...there.b, 'cron'] },
      ['recreated cron'],
      ['recreated cron'],
    ],
  ])('%s', (_why, now, has, a, b) => {
    const next = planned(shop, now, has, first(before))
    expect([work(next, 'a'), work(next, 'b')]).toEqual([a, b])
  })

  test('says from where it moves', () =>
    expect(planned(shop, { a: ['web'], b: ['cron', 'web'] }, there, first(before)).services[0]?.because).toEqual(['moves from a']))

  test('a host that joins creates no more than what is meant for it', () =>
    expect(work(planned(shop, { ...before, c: ['cron'] }, there, first(before)), 'c')).toEqual(['created cron', 'created log']))

  test('what follows another restarts only where that one does', () => {
    const services = {
      ...shop,
      side: { network_mode: 'service:cron', profiles: ['cron'] },
      far: { profiles: ['web'], depends_on: { cron: { restart: true, required: false } } },
    }
    const hosts = { a: ['cron'], b: ['web'] }
    const was = planned(services, hosts).services
    const now = planned(
      { ...services, cron: { profiles: ['cron'], command: 'x' } },
      hosts,
      { a: ['cron', 'log', 'side'], b: ['far', 'log', 'web'] },
      was,
    )
    expect([work(now, 'a'), work(now, 'b')]).toEqual([['recreated cron', 'recreated side'], []])
  })
})

describe('a service without what it needs', () => {
  const needing = (own: Partial<ModelService>) =>
    misplaced(readModel({ services: { ...shop, web: { profiles: ['web'], ...own } } }), ['a', 'b'], places(before))
  test.each<[key: string, own: Partial<ModelService>]>([
    ['depends_on', { depends_on: { cron: {} } }],
    ['network_mode', { network_mode: 'service:cron' }],
    ['ipc', { ipc: 'service:cron' }],
    ['pid', { pid: 'service:cron' }],
    ['volumes_from', { volumes_from: ['cron:ro'] }],
  ])('%s', (key, own) => expect(needing(own)).toEqual([{ service: 'web', key, needs: 'cron', host: 'b' }]))

  test.each<[why: string, own: Partial<ModelService>]>([
    ['what it can do without', { depends_on: { cron: { required: false } } }],
    ['what runs everywhere', { depends_on: { log: {} }, network_mode: 'service:log' }],
    ['a container that is none of the project', { volumes_from: ['container:cron'], network_mode: 'container:cron' }],
  ])('is not one that names %s', (_why, own) => expect(needing(own)).toEqual([]))
})

test.each([
  ['crom', 'no service has the Compose profile "crom" (did you mean "cron"?)'],
  ['backup', 'no service has the Compose profile "backup"'],
])('a profile that no service has: %s', (profile, what) =>
  expect(
    unknownProfiles(readModel({ services: shop }), { name: 'production', profiles: { '@web': ['web', profile] } }, 'landfall.yml'),
  ).toEqual([
    {
      file: 'landfall.yml',
      path: 'environments.production.hosts["@web"][1]',
      what,
      remedy: expect.stringContaining('known are cron, tools, web'),
    },
  ]),
)

describe('a rollback goes to the hosts of now', () => {
  const on = (hosts: Record<string, string[]>) =>
    plan({
      hosts: Object.entries(hosts).map(([name, profiles]) => ({ name, platform: 'linux/amd64', ...(profiles.length > 0 && { profiles }) })),
    })
  test.each<[why: string, then: Record<string, string[]>, now: Record<string, string[]>, expected: Record<string, string[]>]>([
    [
      'with the profiles of then, where they are the same',
      { a: ['cron'], b: ['web'] },
      { b: ['cron'], a: [] },
      { a: ['cron'], b: ['web'] },
    ],
    ['with those of now, where one joined', { a: ['cron', 'web'] }, { a: ['web'], b: ['cron'] }, { a: ['web'], b: ['cron'] }],
    ['with those of now, where one left', { a: ['web'], b: ['cron'] }, { a: ['cron', 'web'] }, { a: ['cron', 'web'] }],
  ])('%s', (_why, then, now, expected) =>
    expect(hostsAgain(on(then), on(now), Object.keys(now))).toEqual({ hosts: Object.keys(now), profiles: expected }),
  )

  test('without any, where none had one', () => expect(hostsAgain(on({ a: [] }), on({ a: ['cron'] }), ['a'])).toEqual({ hosts: ['a'] }))
})

describe('whatever services, hosts and profiles there are', () => {
  const names = ['p', 'q', 'r']
  const some = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 })
  const services = fc.dictionary(
    fc.constantFrom('s', 't', 'u', 'v'),
    some.map((profiles) => ({ profiles })),
    { minKeys: 1 },
  )
  const hosts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), some, { minKeys: 1 })
  /** What hosts have once a plan was carried out on them: what was there stays but for what goes. */
  const carriedOut = (of: ReturnType<typeof planned>, had: Record<string, string[]>) =>
    Object.fromEntries(
      of.hosts.map(({ name }) => {
        const view = onHost(of, name)
        const up = view.services.filter(({ change, replicas }) => change !== 'untouched' && replicas > 0).map((service) => service.name)
        return [name, [...new Set([...(had[name] ?? []), ...up])].filter((service) => !view.removed.includes(service)).toSorted()]
      }),
    )

  test('each is on exactly the hosts that have one of its profiles, wherever it was, and planning again plans nothing', () => {
    fc.assert(
      fc.property(services, hosts, hosts, (all, then, now) => {
        const one = planned(all, then)
        const had = carriedOut(one, {})
        const two = planned(all, now, had, one.services)
        const has = carriedOut(two, had)
        for (const [host, own] of Object.entries(now)) {
          const expected = Object.keys(all).filter(
            (name) => all[name]?.profiles.length === 0 || all[name]?.profiles.some((profile) => own.includes(profile)),
          )
          expect(has[host]).toEqual(expected.toSorted())
          expect(
            onHost(two, host)
              .services.filter((service) => runsOn(service, host))
              .map(({ name }) => name)
              .toSorted(),
          ).toEqual(expected.toSorted())
        }
        const again = planned(all, now, has, two.services)
        for (const host of Object.keys(now)) expect(work(again, host)).toEqual([])
      }),
    )
  })
})
