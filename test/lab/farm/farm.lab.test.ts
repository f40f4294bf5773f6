import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSigner } from '../../../src/adapters/signer.ts'
import { sshHosts } from '../../../src/adapters/ssh/hosts.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { Hosts } from '../../../src/flow/ports.ts'
import { inspect } from '../../../src/host/commands.ts'
import { readHostState } from '../../../src/host/output.ts'
import { greets } from '../sshd.ts'
import { startSimulatedFarm } from './simulated-farm.ts'
import { startSshdFarm } from './sshd-farm.ts'

const login = newKeyPair()
const look = inspect({ project: 'shop', environment: 'production' })
let folder: string
let hosts: Hosts
let stops: (() => Promise<void>)[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-lab-'))
  hosts = sshHosts(new Secret(login.private))
  stops = []
})

afterEach(async () => {
  await hosts.close()
  for (const stop of stops) await stop()
  await rm(folder, { recursive: true, force: true })
})

function nth(all: readonly HostRule[], index: number): HostRule {
  const host = all[index]
  if (!host) throw new Error(`the farm has no host ${index}`)
  return host
}

const stateOf = (result: Awaited<ReturnType<Hosts['run']>>) =>
  result.kind === 'exited' && result.code === 0 ? readHostState(result.stdout) : result

test('hosts of an sshd farm have keys and releases of their own, and the real landfall-shell', async () => {
  const signer = await openSigner(join(folder, 'data'))
  const farm = await startSshdFarm(folder, 3, { login: login.public, signing: signer.publicKey, administrator: newKeyPair().public })
  stops.push(farm.stop)
  expect(new Set(farm.hosts.map(({ hostKey }) => hostKey)).size).toBe(3)
  const seen = await Promise.all(farm.hosts.map((host) => hosts.run(host, look)))
  for (const result of seen)
    expect(stateOf(result)).toMatchObject({ generation: 0, containers: [{ service: 'web', status: 'running' }, { service: 'db' }] })
  const mistaken = { ...nth(farm.hosts, 0), hostKey: nth(farm.hosts, 1).hostKey }
  expect(await hosts.run(mistaken, look)).toMatchObject({ kind: 'host-key-changed' })
})

test('a simulated host says what a landfall-shell said', async () => {
  const farm = await startSimulatedFarm(folder, [{ kind: 'answers', afterMs: 0 }])
  stops.push(farm.stop)
  const host = nth(farm.hosts, 0)
  expect(stateOf(await hosts.run(host, look))).toMatchObject({ generation: 7, containers: [{ service: 'web' }, { service: 'db' }] })
  expect(await hosts.run(host, { ...look, verb: 'sing' })).toMatchObject({ kind: 'exited', code: 2 })
})

test('each simulated host keeps its manner: late, mute or frozen', async () => {
  const farm = await startSimulatedFarm(folder, [{ kind: 'answers', afterMs: 300 }, { kind: 'mute' }, { kind: 'freezes' }])
  stops.push(farm.stop)
  const [late, mute, frozen] = [nth(farm.hosts, 0), nth(farm.hosts, 1), nth(farm.hosts, 2)]
  const began = performance.now()
  const [answer, greeted, stalled] = await Promise.all([
    hosts.run(late, look).then((result) => ({ ...result, ms: performance.now() - began })),
    greets(mute.address, mute.port),
    hosts.run(frozen, { ...look, stalls: 1 }),
  ])
  expect(answer).toMatchObject({ kind: 'exited', code: 0 })
  expect(answer.ms).toBeGreaterThan(600)
  expect(greeted).toBe(false)
  expect(stalled).toEqual({ kind: 'stalled', seconds: 1 })
})
