import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Plan, PlannedService } from '../../src/domain/plan.ts'
import { inspect, type Once, once } from '../../src/host/commands.ts'
import { readEnded, readHostState, readText } from '../../src/host/output.ts'
import { pushApp } from '../lab/images.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'
import { prepareParts } from '../lab/parts.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { plan, service } from './given.ts'
import { orders } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-once-'))
const installed = await shells(folder)
let lab: Laboratory
beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
})
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true })
})

/** Everything by which somebody may find a service, and what only one container can have. */
const known = {
  labels: { 'traefik.enable': 'true', caddy: 'shop.example' },
  hostname: 'shop-host',
  container_name: 'shop-web',
  mac_address: '02:42:ac:11:00:63',
  networks: { default: { aliases: ['shop-alias'] } },
  environment: { VIRTUAL_HOST: 'shop.example' },
  restart: 'always',
  ports: ['3000'],
  deploy: { labels: { a: 'b' }, restart_policy: { condition: 'any' }, resources: { limits: { memory: '64M' } } },
}

/** A container as Docker has it, without the labels that Compose and its image give it. */
const inspected = z.array(
  z.object({
    Config: z.object({
      Labels: z
        .record(z.string(), z.string())
        .transform((labels) =>
          Object.fromEntries(Object.entries(labels).filter(([key]) => !/^(com\.docker\.compose|org\.opencontainers)\./.test(key))),
        ),
    }),
    HostConfig: z.object({ Memory: z.number(), RestartPolicy: z.object({ Name: z.string() }), PortBindings: z.object({}) }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ DNSNames: z.array(z.string()) })) }),
  }),
)

/** A shop with a database, whose values lie in its `.env` and whose data lie beside its Compose file. */
async function release(generation: number, web: object = {}, more: Partial<PlannedService> = {}): Promise<Plan> {
  const version = `v${generation}`
  const { reference, digest } = await pushApp(lab.registry, { repository: 'acme/shop', tag: version, version })
  const image = `${reference.replace(/:[^:/]+$/, '')}@${digest}`
  const written = { image: 'shop', init: true, entrypoint: [], command: ['/app/serve'], env_file: '.env', volumes: ['./data:/data'] }
  const services = { web: { ...written, depends_on: ['db'], ...web }, db: written }
  const change = generation === 1 ? { change: 'created' as const } : { change: 'recreated' as const }
  const planned = [service('web', image, { ...change, ...more }), service('db', image, generation === 1 ? change : { change: 'untouched' })]
  const override = JSON.stringify({ services: { web: { image }, db: { image } } })
  return plan(planned, { generation, compose: JSON.stringify({ services }), override })
}

describe.each(installed)('what is run once, in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    const { docker, compose } = await prepareParts()
    host = await bareHost(shell, [], { docker, compose, address: lab.host('web-1').dockerHost })
  })
  afterEach(async () => {
    await lab.host('web-1').sh('docker ps -aq | xargs -r docker rm -f')
    host.remove()
  })

  const ok = async (...commands: Parameters<BareHost['send']>) => {
    const told = await host.send(...commands)
    expect({ ...told, docker: told.ending === 'ok' ? '' : readText(told.stdout) }).toMatchObject({ ending: 'ok', docker: '' })
    return told.stdout
  }
  const step = (planned: Plan, script: string, more: Partial<Once> = {}, turn = 1) =>
    once(planned, host.by(turn), {
      ...{ name: 'before-1', of: planned.generation, service: 'web', within: 60, needs: [], run: ['sh', '-c', script, 'step'] },
      ...more,
    })
  const put = async (planned: Plan, env: string) => ok(orders(host, planned, 1, env).put)
  const deploy = async (planned: Plan, env: string) => {
    const { put: putting, switch: switching, confirm } = orders(host, planned, 1, env)
    for (const order of [putting, switching, confirm]) await ok(order)
  }
  const state = async () => readHostState(await ok(inspect(plan([]))))
  const everything = async () => (await lab.host('web-1').sh("docker ps -a --format '{{.Names}}'")).split('\n').filter(Boolean)
  // Where the engine sees it.
  const data = (file: string) => lab.host('web-1').sh(`cat ${host.root}/shop/production/files/data/${file} 2>/dev/null || true`)

  test('runs with the values of its own release and the data of all, once however often it is asked for, and leaves nothing', async () => {
    const [one, two] = [await release(1), await release(2)]
    await deploy(one, "COLOUR='blue'\n")
    const before = await everything()
    await put(two, "COLOUR='green $x'\n")
    const words = ['sh', '-c', 'echo "$0|$1|$COLOUR|$VERSION" | tee -a /data/steps; exit 3', `it's "a" $HOME`, 'b; echo x >/data/x']
    const asked = () => step(two, '', { run: words })
    const ended = readEnded(await ok(asked()))
    expect(ended).toMatchObject({ code: 3, text: `it's "a" $HOME|b; echo x >/data/x|green $x|v2\n` })
    expect(readEnded(await ok(asked()))).toEqual(ended)
    expect(await data('steps')).toBe(ended.text)
    // Its container, where whoever kept the end was killed before it was gone.
    const labels = ['landfall.once=production/2/before-1', 'com.docker.compose.project=shop'].flatMap((label) => ['--label', label])
    await lab.host('web-1').docker('create', ...labels, two.services[0]?.image ?? '')
    expect(readEnded(await ok(asked()))).toEqual(ended)
    expect(await everything()).toEqual(before)
    // Nor is it forgotten when the release is put once more.
    await put(two, "COLOUR='green $x'\n")
    expect(readEnded(await ok(asked()))).toEqual(ended)
    expect([await everything(), await data('x')]).toEqual([before, ''])
    expect(host.read('shop/production/files/.env')).toBe("COLOUR='blue'\n")
    // Of the release that runs as well, and another name is another one.
    expect(readEnded(await ok(step(two, 'echo "$COLOUR"', { name: 'task-7', of: 1 })))).toMatchObject({ code: 0, text: 'blue\n' })
  })

  test('is waited for by whoever asks again after a kill, and not begun anew', async () => {
    const one = await release(1)
    await put(one, '')
    const slow = 'echo began >>/data/steps; sleep 6; echo ended >>/data/steps'
    const begun = expect.poll(() => data('steps'), { timeout: 20_000 }).toBe('began\n')
    host.kill(step(one, slow), begun)
    await begun
    expect(readEnded(await ok(step(one, slow, {}, 2)))).toMatchObject({ code: 0 })
    expect([await data('steps'), await everything()]).toEqual(['began\nended\n', []])
  })

  /** Compose does this, once, in the place of a command. It has the words of the call. */
  async function instead(command: 'run' | 'up', script: string, order: ReturnType<typeof step>) {
    const { compose } = await prepareParts()
    const plugin = join(host.folder, '.docker/cli-plugins/docker-compose')
    rmSync(plugin)
    const wrapped = `#!/bin/sh\ncompose() { ${compose} "$@"; }\ncase " $* " in *" ${command} -d "*) ${script} ;; esac\nexec ${compose} "$@"\n`
    writeFileSync(plugin, wrapped, { mode: 0o755 })
    const { ending } = await host.send(order)
    rmSync(plugin)
    symlinkSync(compose, plugin)
    return ending
  }
  const everythingDies = 'kill -9 0'
  const named = '--name shop-before-1-1 --label com.docker.compose.project=shop --label landfall.once=production/1/before-1'

  test.each<[why: string, script: (image: string) => string, first: string, then: string, ran: string]>([
    [
      'ran, and is gone before anybody knows of it',
      () => `compose "$@"; docker wait shop-before-1-1; docker rm shop-before-1-1; ${everythingDies}`,
      'unknown',
      'lost-track',
      'ran\n',
    ],
    ['may have run', () => everythingDies, 'unknown', 'lost-track', ''],
    ['was made and never started', (image) => `docker create ${named} ${image}; ${everythingDies}`, 'unknown', 'ok', 'ran\n'],
    ['was refused by Docker', () => 'exit 1', 'docker-failed', 'ok', 'ran\n'],
  ])('is begun again only where it is known that it did not run: one that %s', async (_why, script, first, then, ran) => {
    const one = await release(1)
    await put(one, '')
    const order = (turn: number) => step(one, 'echo ran >>/data/steps', {}, turn)
    expect(await instead('run', script(one.services[0]?.image ?? ''), order(1))).toBe(first)
    // And it stays so, however often it is asked.
    for (const turn of [2, 3]) expect((await host.send(order(turn))).ending).toBe(then)
    expect([await data('steps'), await everything()]).toEqual([ran, []])
  })

  test('has what was started for it known as that, whoever is killed before it could be told', async () => {
    const one = await release(1)
    await put(one, '')
    const needs = [{ service: 'db', is: 'started' as const }]
    expect(await instead('up', `compose "$@"; ${everythingDies}`, step(one, 'echo ran >>/data/steps', { needs }))).toBe('unknown')
    const [db, ...others] = (await state()).containers
    expect([db?.service, others]).toEqual(['db', []])
    await ok(step(one, 'echo ran >>/data/steps', { needs }, 2))
    expect(await data('steps')).toBe('ran\n')
    await ok(orders(host, one, 2).switch)
    const now = (await state()).containers.find(({ service }) => service === 'db')
    expect([now?.id, now?.before]).toEqual([db?.id, false])
  })

  test('is stopped when its time is up', async () => {
    const one = await release(1)
    await put(one, '')
    const ended = readEnded(await ok(step(one, 'echo waiting for a lock; sleep 60', { within: 3 })))
    expect([ended.code, ended.text, ended.seconds < 20, await everything()]).toEqual([undefined, 'waiting for a lock\n', true, []])
  })

  test('has what it needs started before it, which the switch then finds and leaves', async () => {
    const one = await release(1)
    await put(one, '')
    const needs = [{ service: 'db', is: 'started' as const }]
    expect(
      readEnded(await ok(step(one, 'until nc -w 1 db $PORT </dev/null >/dev/null; do sleep 0.2; done; echo there', { needs }))),
    ).toMatchObject({ code: 0, text: 'there\n' })
    const [db] = (await state()).containers
    await ok(orders(host, one, 1).switch)
    const now = await state()
    expect(now.containers.map((one) => [one.service, one.before])).toEqual(
      expect.arrayContaining([
        ['db', false],
        ['web', false],
      ]),
    )
    expect(now.containers.find((one) => one.service === 'db')?.id).toBe(db?.id)
  })

  test('is not run for a release that is not there, by whom somebody has overtaken, and with other words than were signed', async () => {
    const one = await release(1)
    await put(one, '')
    await ok(step(one, 'true', {}, 2))
    const forged = { ...step(one, 'true', { name: 'before-2' }, 2), args: step(one, 'x', { name: 'before-2' }, 2).args }
    const orders = [step(one, 'true', { of: 9 }, 2), step(one, 'true', { name: 'before-2' }), forged]
    const endings: string[] = []
    for (const order of orders) endings.push((await host.send(order)).ending)
    expect([endings, await everything()]).toEqual([['unknown-release', 'fenced', 'unsigned-order'], []])
  })

  // Compose does the same for both.
  if (shell !== installed[0]) return

  test('is taken for the service by nobody, whatever that is known by', async () => {
    const one = await release(1, known, { networks: ['default'], announced: ['VIRTUAL_HOST'] })
    const engine = lab.host('web-1')
    const files = `${host.root}/shop/production/files/data`
    const named = async (name: string) => {
      await engine.sh(`rm -f ${files}/seen`)
      const wait = 'until [ -e /data/seen ]; do sleep 0.1; done; echo "[$VIRTUAL_HOST]"'
      const ended = ok(step(one, wait, { name, needs: [{ service: 'db', is: 'started' }] }))
      const filter = `label=landfall.once=production/1/${name}`
      const id = () => engine.docker('ps', '-q', '--filter', filter)
      await expect.poll(id, { timeout: 20_000 }).not.toBe('')
      const [container] = inspected.parse(JSON.parse(await engine.docker('inspect', (await id()).trim())))
      const asked = 'for name in db web shop-host shop-alias; do timeout 1 nslookup $name; done'
      const answered = await engine.sh(`docker exec shop-db-1 sh -c '${asked}' 2>/dev/null | sed -n 's/^Name:\t*//p' | sort -u`)
      await engine.sh(`touch ${files}/seen`)
      return { container, answered, text: readEnded(await ended).text }
    }
    const nobody = (name: string) => ({
      container: {
        Config: { Labels: { 'landfall.once': `production/1/${name}`, 'traefik.enable': 'false' } },
        // What it may use of the machine holds for it too.
        HostConfig: { Memory: 64 << 20, RestartPolicy: { Name: 'no' }, PortBindings: {} },
        NetworkSettings: { Networks: { shop_default: { DNSNames: [`shop-${name}-1`, expect.stringMatching(/^[0-9a-f]{12}$/)] } } },
      },
      answered: 'db\n',
      text: '[]\n',
    })
    await put(one, '')
    expect(await named('before-1')).toEqual(nobody('before-1'))
    for (const order of [orders(host, one, 1).switch, orders(host, one, 1).confirm]) await ok(order)
    await engine.docker('stop', '-t', '1', 'shop-web')
    expect(await named('task-7')).toEqual(nobody('task-7'))
  })
})
