import { expect, test } from 'vitest'
import { type ProbeRound, readHello, readHostState, readLogs, readRestored, readText, roundReader } from '../../src/host/output.ts'

const lines = (...said: object[]) => said.map((line) => `${JSON.stringify(line)}\n`).join('')
const base64 = (text: string) => Buffer.from(text).toString('base64')

const machine = { type: 'host', shell: 1, docker: '28.5.2', platform: 'linux/arm64' }
const plugin = { type: 'compose', version: '2.40.3' }
const container = {
  type: 'container',
  id: 'c1',
  name: '/shop-web-1',
  service: 'web',
  image: 'sha256:1',
  reference: 'ghcr.io/acme/shop@sha256:1',
  status: 'running',
  health: null,
  exitCode: 0,
  outOfMemory: false,
  restarts: 2,
  startedAt: '2026-11-21T01:26:29.253913478Z',
}
const revision = 'a'.repeat(40)

test('a host that never saw the project has no release and generation 0', () => {
  const said = lines(machine, { type: 'state', generation: 0, current: null, held: null, wentBack: [] })
  expect(readHostState(said)).toEqual({
    shell: 1,
    docker: '28.5.2',
    platform: 'linux/arm64',
    generation: 0,
    wentBack: [],
    containers: [],
  })
})

test('a host tells where administrators went back to', () => {
  const step = { from: 9, to: 8, at: '2026-11-21T10:00:00Z' }
  const state = { type: 'state', generation: 9, current: { generation: 8, revision, confirmed: true }, held: null, wentBack: [] }
  const told = lines(machine, { ...state, wentBack: [{ ...step, by: base64('root') }] })
  expect(readHostState(told).wentBack).toEqual([{ ...step, by: 'root' }])
})

test('a host tells its release, its hold and which containers were there before', () => {
  const said = lines(
    machine,
    {
      type: 'state',
      generation: 8,
      current: { generation: 7, revision, confirmed: false },
      held: base64('disk is being replaced\n'),
      wentBack: [],
    },
    container,
    { ...container, id: 'c2', health: 'unhealthy' },
    { type: 'before', id: 'c1' },
  )
  const state = readHostState(said)
  expect(state).toMatchObject({ generation: 8, current: { generation: 7, revision, confirmed: false }, held: 'disk is being replaced' })
  expect(state.containers.map(({ id, name, before, health }) => ({ id, name, before, health }))).toEqual([
    { id: 'c1', name: 'shop-web-1', before: true, health: undefined },
    { id: 'c2', name: 'shop-web-1', before: false, health: 'unhealthy' },
  ])
})

test.each([
  ['classic', { driver: 'overlay2', status: [['Backing Filesystem', 'extfs']] }],
  ['containerd', { driver: 'overlayfs', status: [['driver-type', 'io.containerd.snapshotter.v1']] }],
] as const)('an image store is %s', (store, said) => {
  expect(readHello(lines({ type: 'tools', missing: ['curl'] }, machine, plugin, { type: 'store', ...said }))).toMatchObject({
    compose: '2.40.3',
    store,
    missing: ['curl'],
  })
})

test('rounds of a probe are handed over whole, heartbeats left out', () => {
  const rounds: ProbeRound[] = []
  const read = roundReader((round) => rounds.push(round))
  const answer = { type: 'answer', service: 'web', container: 'c1', path: base64('/health'), status: 503, body: base64('näh') }
  const ran = { type: 'command', service: 'web', container: 'c1', run: 2, code: 3, output: base64('refused\n') }
  const hanging = { ...ran, container: 'c2', code: null, output: '' }
  for (const line of [container, { type: 'beat' }, answer, ran, hanging]) read(JSON.stringify(line))
  expect(rounds).toEqual([])
  for (const line of [
    { type: 'round', number: 1 },
    { type: 'round', number: 2 },
  ])
    read(JSON.stringify(line))
  expect(rounds.map(({ containers, answers }) => [containers.length, answers])).toEqual([
    [1, [{ service: 'web', container: 'c1', path: '/health', status: 503, body: 'näh' }]],
    [0, []],
  ])
  expect(rounds.map(({ commands }) => commands)).toEqual([
    [
      { service: 'web', container: 'c1', run: 2, code: 3, output: 'refused\n' },
      { service: 'web', container: 'c2', run: 2, output: '' },
    ],
    [],
  ])
})

test('logs, texts and the way back are read', () => {
  const log = {
    type: 'logs',
    service: 'web',
    container: 'c1',
    exitCode: 137,
    outOfMemory: true,
    before: false,
    text: base64('last words\n'),
  }
  expect(readLogs(lines({ type: 'beat' }, log))).toEqual([
    { service: 'web', container: 'c1', exitCode: 137, outOfMemory: true, before: false, text: 'last words\n' },
  ])
  expect(readText(lines({ type: 'accepted' }, { type: 'text', text: base64('no space left on device') }))).toBe('no space left on device')
  expect(readRestored(lines({ type: 'restored', generation: 6, leaving: 0 }))).toEqual({ generation: 6, leaving: 0 })
})

test.each([
  ['prose', 'Welcome to web-1!\n'],
  ['an unknown type', lines({ type: 'surprise' })],
  ['another shape', lines({ ...machine, shell: 'one' })],
  [
    'a revision that is none',
    lines(machine, {
      type: 'state',
      generation: 1,
      current: { generation: 1, revision: '; rm', confirmed: true },
      held: null,
      wentBack: [],
    }),
  ],
  ['no state', lines(machine)],
])('a host that says %s is not reasoned with', (_what, said) => expect(() => readHostState(said)).toThrow('the host'))
