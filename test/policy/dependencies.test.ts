import { expect, test } from 'vitest'
import { dependenciesTold } from '../../src/policy/dependencies.ts'

const read = (answer: unknown, pointer?: string) =>
  dependenciesTold(
    { path: '/health', ...(pointer !== undefined && { pointer }) },
    typeof answer === 'string' ? answer : JSON.stringify(answer),
  )

test.each<[framework: string, up: object, down: object, named: string]>([
  [
    'Spring Boot',
    { status: 'UP', components: { db: { status: 'UP', details: { database: 'PostgreSQL' } }, ping: { status: 'UP' } } },
    { status: 'DOWN', components: { db: { status: 'DOWN', details: { error: 'refused' } }, ping: { status: 'UP' } } },
    'db is DOWN',
  ],
  [
    'ASP.NET Core',
    { status: 'Degraded', entries: { npgsql: { status: 'Healthy' }, redis: { status: 'Degraded' } } },
    { status: 'Unhealthy', entries: { npgsql: { status: 'Unhealthy' }, redis: { status: 'Healthy' } } },
    'npgsql is Unhealthy',
  ],
  [
    'health+json',
    { status: 'warn', checks: { 'db:time': [{ status: 'pass' }, { status: 'warn' }], 'cpu:load': [{ observedValue: 85 }] } },
    { status: 'fail', checks: { 'db:time': [{ status: 'pass' }, { status: 'fail' }], 'cpu:load': [{ observedValue: 85 }] } },
    'db:time is fail',
  ],
  [
    'MicroProfile',
    { status: 'UP', checks: [{ name: 'orders', status: 'UP', data: {} }] },
    { status: 'DOWN', checks: [{ name: 'orders', status: 'DOWN' }] },
    'orders is DOWN',
  ],
  [
    'Terminus',
    { status: 'ok', info: { db: { status: 'up' } }, error: {}, details: { db: { status: 'up' } } },
    { status: 'error', info: {}, error: { db: { status: 'down' } }, details: { db: { status: 'down' } } },
    'db is down',
  ],
  ['an own one', { dependencies: { db: true, queue: 'ok' } }, { dependencies: { db: false, queue: 'ok' } }, 'db is false'],
])('%s is read without being told where', (_framework, up, down, named) => {
  expect(read(up)).toEqual({ kind: 'up' })
  expect(read(down)).toEqual({ kind: 'down', detail: named })
})

test.each<[why: string, answer: unknown, pointer: string | undefined, expected: object]>([
  ['the pointer is where it says', { a: { 'b/c': { db: 'UP' } } }, '/a/b~1c', { kind: 'up' }],
  ['with a pointer nowhere else is looked', { components: { db: 'up' } }, '/parts', { kind: 'none' }],
  ['an empty place is none', { components: {}, checks: { db: 'up' } }, undefined, { kind: 'up' }],
  ['nothing there tells nothing', { components: {} }, undefined, { kind: 'none' }],
  ['no JSON tells nothing', 'Healthy', undefined, { kind: 'none' }],
  ['a text tells nothing', { parts: 'ok' }, '/parts', { kind: 'none' }],
  ['a word nobody knows is not up', { parts: { db: 'maybe' } }, '/parts', { kind: 'down', detail: 'db is maybe' }],
  ['a number is not up', { parts: { db: 1 } }, '/parts', { kind: 'down', detail: 'db is without a status' }],
  ['an object has to say', { parts: { db: { latency: 3 } } }, '/parts', { kind: 'down', detail: 'db is without a status' }],
  [
    'of many the first three are named',
    { parts: { a: 'down', b: 'down', c: 'down', d: 'down', e: 'up' } },
    '/parts',
    { kind: 'down', detail: 'a is down, b is down, c is down, and 1 more' },
  ],
])('%s', (_why, answer, pointer, expected) => expect(read(answer, pointer)).toEqual(expected))
