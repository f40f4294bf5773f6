import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan, PlannedService } from '../../../src/domain/plan.ts'
import { Secret } from '../../../src/domain/secret.ts'
import { bundleNamespace, encloseBundle, encloseReceipt, packBundle, receiptNamespace, receiptStatement } from '../../../src/host/bundle.ts'
import { confirm, inspect, logs, probe, prune, put, restore, switchTo } from '../../../src/host/commands.ts'
import { encloseOrder } from '../../../src/host/order.ts'
import { type ProbeRound, readHostState, readLogs, readRestored, roundReader } from '../../../src/host/output.ts'
import { plan, service } from '../../host/given.ts'
import { type Operations, operations } from '../../host/shop.ts'
import type { Host } from '../../lab/host.ts'
import { type Behaviour, pushApp, pushDatabase } from '../../lab/images.ts'
import { type Laboratory, startLaboratory } from '../../lab/laboratory.ts'

let lab: Laboratory
let host: Host
let landfall: Operations
let database: string
let generation = 0

beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
  host = lab.host('web-1')
  landfall = await operations(host, join(lab.folder, 'data'))
  await landfall.bootstrap('--host-key', host.hostKey)
  const { reference, digest } = await pushDatabase(lab.registry, { repository: 'acme/database', tag: '1' })
  database = pinned(reference, digest)
})
afterAll(async () => {
  await landfall.hosts.close()
  await lab.stop()
})

const pinned = (reference: string, digest: string) => `${reference.replace(/:[^:/]+$/, '')}@${digest}`

const compose = `
services:
  web:
    image: shop:\${TAG}
    env_file: .env
    depends_on: [db]
    stop_grace_period: 2s
    init: true
  db:
    image: database
    volumes: ["./data:/var/lib/database"]
    init: true
`

/** The next release of a shop with a web server and a database. */
async function release(version: string, more: Partial<Plan> & { behaviour?: Behaviour; project?: string } = {}): Promise<Plan> {
  const { behaviour = 'healthy', ...rest } = more
  const pushed = await pushApp(lab.registry, { repository: 'acme/shop', tag: version, version, behaviour })
  const web = pinned(pushed.reference, pushed.digest)
  generation += 1
  const verify = { port: 3000, health: '/health', smoke: ['/nowhere'], within: 10, soak: 0 }
  const first = generation === 1
  const services: PlannedService[] = [
    service('web', web, { change: first ? 'created' : 'recreated', verify }),
    service('db', database, { change: first ? 'created' : 'untouched' }),
  ]
  const override = JSON.stringify({ services: { web: { image: web }, db: { image: database } } })
  return plan(services, { generation, compose, override, interpolation: { TAG: version }, ...rest })
}

const env = { GREETING: 'hello' }

async function watch(planned: Plan, enough: (round: ProbeRound) => boolean): Promise<ProbeRound> {
  const stop = new AbortController()
  let found: ProbeRound | undefined
  await landfall.hosts.run(
    landfall.rule,
    probe(planned, 20),
    roundReader((round) => {
      if (!enough(round)) return
      found = round
      stop.abort()
    }),
    stop.signal,
  )
  if (!found) throw new Error('the watch ended before it had seen enough')
  return found
}

const answersOf = (round: ProbeRound, path: string) => round.answers.filter((answer) => answer.path === path)
const state = async (planned: Plan) => readHostState((await landfall.send(inspect(planned))).stdout)

test('a release is put, switched to, watched and confirmed; every value arrives byte for byte', async () => {
  const tricky = { DOLLAR: 'a$b ${HOME} $$', HASH: 'a #b', QUOTES: `'single' "double"`, LINES: 'one\ntwo\\n', GREETING: 'hä?' }
  const planned = await release('v1')
  expect(await landfall.put(planned, tricky)).toBe('ok')
  expect(await landfall.put(planned, tricky)).toBe('ok')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  const seen = await watch(planned, (round) => answersOf(round, '/health').some(({ status }) => status === 200))
  expect(JSON.parse(answersOf(seen, '/health')[0]?.body ?? '')).toMatchObject({ version: 'v1' })
  expect(answersOf(seen, '/nowhere')).toMatchObject([{ service: 'web', status: 404 }])
  expect(await state(planned)).toMatchObject({ generation: 1, current: { generation: 1, confirmed: false } })
  expect(await landfall.confirm(planned)).toBe('ok')
  expect(await state(planned)).toMatchObject({ generation: 1, current: { generation: 1, confirmed: true } })

  const { web } = await landfall.containers(planned)
  const environment: string[] = JSON.parse(await host.docker('inspect', '--format', '{{json .Config.Env}}', web?.id ?? ''))
  for (const [name, value] of Object.entries(tricky)) expect(environment).toContain(`${name}=${value}`)
  expect(
    await host.sh('stat -c %a /var/lib/landfall/shop/production/files/.env /var/lib/landfall/shop/production/releases/1/project/.env'),
  ).toBe('600\n600\n')
})

test('an untouched service keeps its container and its data over every release', async () => {
  const planned = await release('v2')
  const before = await landfall.containers(planned)
  await landfall.deploy(planned, env)
  const after = await landfall.containers(planned)
  expect(after.db).toMatchObject({ id: before.db?.id, before: true })
  expect(after.web?.id).not.toBe(before.web?.id)
  expect(after.web?.before).toBe(false)
})

test('a failed release leaves its last words, and the way back restores what ran, its .env too', async () => {
  const planned = await release('v3', { behaviour: 'crashes' })
  expect(await landfall.put(planned, { GREETING: 'worse' })).toBe('ok')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  await watch(planned, ({ containers }) => containers.some(({ service: name, status }) => name === 'web' && status !== 'running'))
  const [said] = readLogs((await landfall.send(logs(planned, 'web', 100))).stdout)
  expect(said).toMatchObject({ service: 'web', outOfMemory: false })
  expect(said?.exitCode).not.toBe(0)
  expect(said?.text).not.toBe('')

  const before = await landfall.containers(planned)
  for (const _again of [1, 2]) {
    const back = await landfall.send(restore(planned, landfall.by()))
    expect(back.ending).toBe('ok')
    expect(readRestored(back.stdout)).toEqual({ generation: 2, leaving: 0 })
  }
  expect(await state(planned)).toMatchObject({ generation: 3, current: { generation: 2, confirmed: true } })
  const after = await landfall.containers(planned)
  expect(after.db?.id).toBe(before.db?.id)
  expect(await host.docker('inspect', '--format', '{{.Config.Env}}', after.web?.id ?? '')).toContain('GREETING=hello')
  const seen = await watch(planned, (round) => answersOf(round, '/health').some(({ status }) => status === 200))
  expect(seen.answers[0]?.body ?? '').not.toContain('v3')
})

test('F4: an older generation is refused at every step, however late it comes', async () => {
  const late = { ...(await release('v4')), generation: 2 }
  expect(await landfall.put(late, env)).toBe('fenced')
  expect((await landfall.send(switchTo(late, landfall.by()))).ending).toBe('fenced')
  expect((await landfall.send(restore(late, landfall.by()))).ending).toBe('fenced')
  expect(await landfall.confirm(late)).toBe('fenced')
})

test('F4: the recorded orders of a worker that was thought dead do nothing once another has taken over', async () => {
  const planned = await release('v4-taken-over', { behaviour: 'ignores-term' })
  const stale = { switch: switchTo(planned, landfall.by(1)), restore: restore(planned, landfall.by(1)) }
  expect(await landfall.put(planned, env)).toBe('ok')
  // Two at once: whichever the lock lets in first, the later turn has the last word, and no two are at work together.
  const both = await Promise.all([landfall.send(stale.switch), landfall.send(switchTo(planned, landfall.by(2)))])
  expect([
    ['ok', 'ok'],
    ['fenced', 'ok'],
  ]).toContainEqual(both.map(({ ending }) => ending))
  const before = await landfall.containers(planned)
  for (const order of [stale.switch, stale.restore]) {
    const { ending, stderr } = await landfall.send(order)
    expect(ending).toBe('fenced')
    expect(stderr).toContain(`turn 1 of generation ${planned.generation} of shop/production was overtaken by turn 2`)
  }
  expect(await landfall.confirm(planned)).toBe('fenced')
  expect(await landfall.containers(planned)).toEqual(before)
  expect((await state(planned)).current).toMatchObject({ generation: planned.generation, confirmed: false })
  const acts = (await host.sh('cat /var/lib/landfall/shop/production/log')).trim().split('\n')
  const switches = acts
    .map((line) => line.split(' ').slice(2))
    .filter(([verb, number]) => verb === 'switch' && Number(number) === planned.generation)
  for (const [at, [, , turn, what]] of switches.entries()) {
    if (what === 'switched') expect(switches[at - 1]?.slice(2)).toEqual([turn, 'began'])
  }
  const statement = receiptStatement(planned, { proved: true })
  const receipt = encloseReceipt(statement, landfall.signer.sign(statement, receiptNamespace))
  expect((await landfall.send(confirm(planned, landfall.by(2), receipt))).ending).toBe('ok')
})

test('a generation means one content', async () => {
  const planned = await release('v5')
  expect(await landfall.put(planned, env)).toBe('ok')
  expect(await landfall.put(planned, { GREETING: 'other' })).toBe('other-content')
})

test.each([
  ['signed by somebody else', (bundle: Uint8Array, other: Operations) => other.signer.sign(bundle, bundleNamespace)],
  ['signed for another purpose', (bundle: Uint8Array) => landfall.signer.sign(bundle, 'landfall-receipt')],
  ['changed after signing', (bundle: Uint8Array) => landfall.signer.sign(Buffer.concat([bundle, Buffer.from('x')]), bundleNamespace)],
  ['not signed', () => ''],
])('a bundle that is %s is refused', async (_what, sign) => {
  const other = await operations(host, join(lab.folder, 'other'))
  const planned = await release('v6')
  const bundle = packBundle({ plan: planned, files: new Map(), sign: landfall.signer.sign })
  expect((await landfall.send(put(planned, landfall.by(), encloseBundle(bundle, sign(bundle, other), [])))).ending).toBe('bad-bundle')
  expect((await state(planned)).generation).toBeLessThan(planned.generation)
})

test('a bundle cannot be used for another place or generation than it was made for', async () => {
  const planned = await release('v7')
  const bundle = packBundle({ plan: planned, files: new Map(), sign: landfall.signer.sign })
  const envelope = encloseBundle(bundle, landfall.signer.sign(bundle, bundleNamespace), [])
  for (const elsewhere of [{ project: 'other' }, { environment: 'staging' }, { generation: planned.generation + 1 }]) {
    expect((await landfall.send(put({ ...planned, ...elsewhere }, landfall.by(), envelope))).ending).toBe('bad-bundle')
  }
})

test('another environment of the same project does not take its containers over', async () => {
  expect(await landfall.put(await release('v8', { environment: 'staging' }), env)).toBe('other-environment')
})

test('a held project is not switched until it is released', async () => {
  const planned = await release('v9')
  expect(await landfall.put(planned, env)).toBe('ok')
  await host.sh('landfall-shell hold shop production "the disk is; being replaced"')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('held')
  expect((await state(planned)).held).toBe('the disk is; being replaced')
  await host.sh('landfall-shell release shop production')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  expect(await landfall.confirm(planned)).toBe('ok')
})

test('F2: an `up` killed while it recreates a container is finished by the next one, under the right name', async () => {
  await landfall.deploy(await release('v10-before', { behaviour: 'ignores-term' }), env)
  const planned = await release('v10')
  expect(await landfall.put(planned, env)).toBe('ok')
  // The new container is created beside the old one, as <old id>_name; that moment everything of Compose dies.
  const killing = host.sh(
    "until docker ps -a --format '{{.Names}}' | grep -q _shop-web-1; do :; done; pkill -9 -f '[d]ocker.compose.* up '",
  )
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('docker-failed')
  await killing
  expect(await host.docker('ps', '-a', '--format', '{{.Names}}')).toMatch(/[0-9a-f]{12}_shop-web-1/)

  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  const after = await landfall.containers(planned)
  expect(after.web).toMatchObject({ name: 'shop-web-1', status: 'running', before: false })
  expect((await host.docker('ps', '-aq', '--filter', 'label=com.docker.compose.service=web')).trim().split('\n').length).toBe(1)
  expect(await landfall.confirm(planned)).toBe('ok')
})

test('F11: a switch whose connection is cut goes on to its end; asked again, the host answers from there', async () => {
  await landfall.deploy(await release('cut-before', { behaviour: 'ignores-term' }), env)
  const planned = await release('cut')
  expect(await landfall.put(planned, env)).toBe('ok')
  const switching = landfall.hosts.run(landfall.rule, switchTo(planned, landfall.by()))
  await host.sh("until docker ps -a --format '{{.Names}}' | grep -q _shop-web-1; do :; done; pkill -9 -f '[s]shd: landfall'")
  expect((await switching).kind).toBe('connection-lost')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  const switched = `landfall switch ${planned.generation} 1 switched`
  expect((await host.sh('cat /var/lib/landfall/shop/production/log')).split(switched).length - 1).toBe(2)
  expect((await landfall.containers(planned)).web).toMatchObject({ name: 'shop-web-1', status: 'running', before: false })
  expect(await landfall.confirm(planned)).toBe('ok')
})

test('F15: a pull that makes no progress is given up, and nothing was stopped', async () => {
  const planned = await release('v11')
  const before = await landfall.containers(planned)
  lab.registry.hang()
  const bundle = packBundle({ plan: planned, files: new Map(), sign: landfall.signer.sign })
  const hanging = put(planned, landfall.by(), new Uint8Array())
  const args = [...hanging.args.slice(0, 4), '4']
  const envelope = encloseBundle(bundle, landfall.signer.sign(bundle, bundleNamespace), [])
  const result = await landfall.send({ ...hanging, args, stdin: encloseOrder('put', args, landfall.by(), envelope) })
  lab.registry.behave()
  expect(result.ending).toBe('pull-stalled')
  expect((await landfall.containers(planned)).web?.id).toBe(before.web?.id)
})

test('a registry that wants a login gets it for the pull, and the host keeps nothing of it', async () => {
  const planned = await release('v12')
  const login = { registry: lab.registry.address, username: 'mona', password: new Secret('canary-of-the-registry') }
  lab.registry.requireBasic({ username: login.username, password: 'canary-of-the-registry' })
  const bundle = packBundle({ plan: planned, env: new Secret('GREETING="hello"\n'), files: new Map(), sign: landfall.signer.sign })
  const signature = landfall.signer.sign(bundle, bundleNamespace)
  expect((await landfall.send(put(planned, landfall.by(), encloseBundle(bundle, signature, [])))).ending).toBe('docker-failed')
  expect((await landfall.send(put(planned, landfall.by(), encloseBundle(bundle, signature, [login])))).ending).toBe('ok')
  lab.registry.behave()
  const canary = Buffer.from('mona:canary-of-the-registry').toString('base64')
  expect((await host.exec(['grep', '-rlE', `canary-of-the-registry|${canary}`, '/var/lib/landfall', '/home/landfall'])).stdout).toBe('')
  expect((await landfall.send(switchTo(planned, landfall.by()))).ending).toBe('ok')
  expect(await landfall.confirm(planned)).toBe('ok')
})

test('an administrator goes back one confirmed release, and Landfall finds it held', async () => {
  const planned = await release('v13')
  const before = await state(planned)
  await landfall.deploy(planned, env)
  await host.sh('landfall-shell rollback shop production')
  const after = await state(planned)
  expect(after.current).toEqual(before.current)
  expect(after.held).toMatch(/^rolled back on the host from generation \d+ to \d+ by root$/)
  expect(await host.sh('landfall-shell status')).toContain(`generation ${before.current?.generation}`)
  await host.sh('landfall-shell release shop production')
})

test('R1: kept releases keep their images; the others go', async () => {
  await landfall.deploy(await release('v14'), env)
  const planned = await release('v15')
  await landfall.deploy(planned, env)
  const images = async () => (await host.docker('images', '--digests', '--format', '{{.Digest}}')).trim().split('\n').length
  const before = await images()
  expect((await landfall.send(prune(planned, landfall.by(), 2))).ending).toBe('ok')
  const kept = (await host.sh('ls /var/lib/landfall/shop/production/releases')).trim().split('\n')
  expect(kept).toEqual([String(planned.generation - 1), String(planned.generation)])
  expect(await images()).toBeLessThan(before)
  expect((await landfall.containers(planned)).db?.status).toBe('running')
  await host.sh('landfall-shell rollback shop production')
  await host.sh('landfall-shell release shop production')
})
