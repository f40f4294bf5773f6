import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis as RedisClient } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Host } from './host.ts'
import { manifestTypes } from './image-documents.ts'
import { moveTag, type PushedImage, pushApp, pushDatabase } from './images.ts'
import { type Laboratory, startLaboratory } from './laboratory.ts'
import { must, run } from './run.ts'

let lab: Laboratory
let web: Host
let identity: string

beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1', { name: 'web-2', images: 'containerd' }], registry: true, redis: true, postgres: true })
  web = lab.host('web-1')
  identity = join(lab.folder, 'identity')
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', identity])
})
afterAll(() => lab?.stop())

/** Logs in as a person would, trusting exactly one host key. */
async function login(host: Host, command: string, { user = host.user, hostKey = host.hostKey } = {}) {
  const known = join(lab.folder, `known-${host.name}`)
  await writeFile(known, `${host.address} ${hostKey}\n`)
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${known}`, 'ConnectTimeout=2']
  return run(['ssh', '-F', 'none', '-i', identity, ...options.flatMap((option) => ['-o', option]), `${user}@${host.address}`, command])
}

/** Runs one service and a database on the host, the service on its port 80. */
async function deploy(host: Host, image: PushedImage, database: PushedImage): Promise<void> {
  const pinned = (pushed: PushedImage) => `${pushed.repository}@${pushed.digest}`
  const compose = {
    services: {
      web: { image: pinned(image), ports: ['80:3000'] },
      database: { image: pinned(database), volumes: ['data:/var/lib/database'] },
    },
    volumes: { data: {} },
  }
  await must(['mkdir', '-p', host.path('/srv/shop')])
  await writeFile(host.path('/srv/shop/compose.json'), JSON.stringify(compose))
  await host.docker('compose', '-p', 'shop', '-f', '/srv/shop/compose.json', 'pull', '--quiet')
  await host.docker('compose', '-p', 'shop', '-f', '/srv/shop/compose.json', 'up', '-d')
}

async function health(host: Host): Promise<{ status: number; body: unknown }> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(`http://${host.address}/health`, { signal: AbortSignal.timeout(1000) })
      return { status: response.status, body: await response.json() }
    } catch (error) {
      if (attempt === 100) throw error
      await sleep(50) // the app's port opens a moment after its container starts
    }
  }
}

const database = () => pushDatabase(lab.registry, { repository: 'acme/database', tag: '1' })

describe('a host', () => {
  test('a login reaches that host’s Engine and Compose', async () => {
    await web.authorize(await readFile(`${identity}.pub`, 'utf8'))
    const answered = await login(web, 'hostname; id -un; docker version --format {{.Server.Version}}; docker compose version --short')
    expect(answered).toMatchObject({ code: 0, stdout: expect.stringMatching(/^web-1\ndeploy\n\d+\.\d+\S*\nv?2\.\d+\S*\n$/) })
  })

  test('a forced command is all a restricted key can do', async () => {
    await lab.host('web-2').authorize(`restrict,command="echo only this" ${await readFile(`${identity}.pub`, 'utf8')}`)
    expect((await login(lab.host('web-2'), 'id')).stdout).toBe('only this\n')
  })

  test('a key nobody authorized is refused', async () => {
    expect((await login(web, 'true', { user: 'root' })).code).toBe(255)
  })

  test('a changed host key is noticed by ssh', async () => {
    const before = web.hostKey
    expect(await web.changeHostKey()).not.toBe(before)
    expect((await login(web, 'true', { hostKey: before })).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED')
    expect((await login(web, 'true')).code).toBe(0)
  })

  test.each(['web-1', 'web-2'])('%s runs an image pulled by digest, and both may publish port 80', async (name) => {
    const image = await pushApp(lab.registry, { repository: 'acme/shop', tag: 'one', version: 'one', index: true })
    await deploy(lab.host(name), image, await database())
    expect(await health(lab.host(name))).toEqual({ status: 200, body: { status: 'ok', version: 'one' } })
  })

  test('its files are at hand out here, and its root is not ours', async () => {
    await web.sh('echo here > /usr/local/bin/proof; echo there > /root/proof')
    expect(await readFile(web.path('/usr/local/bin/proof'), 'utf8')).toBe('here\n')
    expect(await readFile(web.path('/root/proof'), 'utf8')).toBe('there\n')
    expect(existsSync('/usr/local/bin/proof') || existsSync('/root/proof')).toBe(false)
  })
})

describe('what can be broken', () => {
  test('an unplugged host swallows packets and comes back', async () => {
    await web.unplug()
    await expect(fetch(`http://${web.address}/`, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout|aborted/i)
    await web.plugIn()
    expect((await health(web)).status).toBe(200)
  })

  test('a paused sshd accepts and says nothing', async () => {
    web.sshd.pause()
    expect(await greeting(web, 300)).toBe('')
    web.sshd.resume()
    expect(await greeting(web, 5000)).toMatch(/^SSH-2\.0-/)
  })

  test('a stopped sshd refuses, a started one greets', async () => {
    await web.sshd.stop()
    await expect(greeting(web, 1000)).rejects.toThrow('ECONNREFUSED')
    await web.sshd.start()
    expect(await greeting(web, 5000)).toMatch(/^SSH-2\.0-/)
  })

  test('an engine killed and started again knows its containers and their data', async () => {
    const before = await web.docker('ps', '-aq', '--no-trunc', '--filter', 'name=database')
    await web.engine.kill()
    await expect(web.docker('ps')).rejects.toThrow('Cannot connect to the Docker daemon')
    await web.engine.start()
    expect(await web.docker('ps', '-aq', '--no-trunc', '--filter', 'name=database')).toBe(before)
  })
})

/** The first line sshd says, or nothing within the time. */
const greeting = (host: Host, milliseconds: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: host.address, port: host.port })
    const end = (said: string) => {
      socket.destroy()
      resolve(said)
    }
    socket.once('data', (said) => end(said.toString('utf8')))
    socket.once('error', reject)
    socket.setTimeout(milliseconds, () => end(''))
  })

describe('test images', () => {
  test('the database keeps its container and its data while the app changes', async () => {
    const host = lab.host('web-2')
    const data = await database()
    await deploy(host, await pushApp(lab.registry, { repository: 'acme/shop', tag: 'two', version: 'two' }), data)
    const ask = (path: string) => host.docker('exec', 'shop-database-1', 'wget', '-qO-', `http://127.0.0.1:5432${path}`)
    const id = await host.docker('inspect', '-f', '{{.Id}}', 'shop-database-1')
    const before = JSON.parse(await ask('/add/first'))
    await deploy(host, await pushApp(lab.registry, { repository: 'acme/shop', tag: 'three', version: 'three' }), data)
    expect(await host.docker('inspect', '-f', '{{.Id}}', 'shop-database-1')).toBe(id)
    expect(JSON.parse(await ask('/'))).toEqual(before)
    expect(before).toMatchObject({ boots: 1, rows: 1 })
  })

  test.each([
    ['unhealthy', 'unhealthy' as const, { status: 500, body: { status: 'error', version: 'v', error: 'database unreachable' } }],
    ['answering another version', { answers: 'older' }, { status: 200, body: { status: 'ok', version: 'older' } }],
  ])('%s', async (tag, behaviour, expected) => {
    await deploy(web, await pushApp(lab.registry, { repository: 'acme/shop', tag: 'odd', version: 'v', behaviour }), await database())
    expect(await health(web), tag).toEqual(expected)
  })

  test.each([
    ['at once', 'crashes' as const, 'fatal: the database does not accept the password'],
    ['after a second', { crashesAfter: 1 }, 'fatal: the connection to the database is lost'],
  ])('crashing %s, with exit code 3 and last words', async (_when, behaviour, lastWords) => {
    await deploy(web, await pushApp(lab.registry, { repository: 'acme/shop', tag: 'crash', version: 'v', behaviour }), await database())
    expect((await web.docker('wait', 'shop-web-1')).trim()).toBe('3')
    expect((await web.exec(['docker', 'logs', 'shop-web-1'])).stderr).toContain(lastWords)
  })

  test('SIGTERM ends the app at once, without an init of Docker’s', async () => {
    await deploy(web, await pushApp(lab.registry, { repository: 'acme/shop', tag: 'four', version: 'four' }), await database())
    await health(web)
    await web.docker('stop', '--time', '30', 'shop-web-1')
    expect((await web.docker('inspect', '-f', '{{.State.ExitCode}}', 'shop-web-1')).trim()).toBe('0')
  })

  test('a tag names an index with attestations; a moved tag names something else', async () => {
    const { registry } = lab
    const first = await pushApp(registry, { repository: 'acme/tags', tag: 'main', version: '1', platforms: ['linux/amd64', 'linux/arm64'] })
    const second = await pushApp(registry, { repository: 'acme/tags', tag: 'next', version: '2' })
    const read = (reference: string) =>
      fetch(`http://${registry.address}/v2/acme/tags/manifests/${reference}`, { headers: { accept: manifestTypes.join(', ') } })
    const listed = z
      .object({ manifests: z.array(z.object({ platform: z.object({ os: z.string(), architecture: z.string() }) })) })
      .parse(await (await read('main')).json())
    const platforms = listed.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`)
    expect(platforms).toEqual(['linux/amd64', 'linux/arm64', 'unknown/unknown', 'unknown/unknown'])
    expect((await read('main')).headers.get('docker-content-digest')).toBe(first.digest)
    await moveTag(registry, 'acme/tags', 'main', second.digest)
    expect((await read('main')).headers.get('docker-content-digest')).toBe(second.digest)
  })
})

describe('the registry in bad moods', () => {
  const login = { username: 'robot', password: 'p4ss' }
  const get = (path: string, authorization?: string, milliseconds = 5000) =>
    fetch(`http://${lab.registry.address}${path}`, {
      headers: authorization ? { authorization } : {},
      signal: AbortSignal.timeout(milliseconds),
    })
  const basic = `Basic ${Buffer.from('robot:p4ss').toString('base64')}`

  test('wants a password', async () => {
    lab.registry.behave()
    lab.registry.requireBasic(login)
    expect((await get('/v2/')).status).toBe(401)
    expect((await get('/v2/', basic)).status).toBe(200)
    expect(lab.registry.requests.map(({ status, authorization }) => [status, authorization])).toEqual([
      [401, ''],
      [200, 'Basic'],
    ])
  })

  test('wants a token from its own endpoint, which Docker can get', async () => {
    lab.registry.behave()
    lab.registry.requireToken(login)
    const image = await pushApp(lab.registry, { repository: 'acme/secret', tag: 'x', version: 'x' })
    const refused = await get('/v2/acme/secret/manifests/x')
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="http:.*\/token",.*scope="repository:acme\/secret:pull"$/)
    await expect(web.docker('pull', image.reference)).rejects.toThrow()
    await web.sh(`echo ${login.password} | docker login --username ${login.username} --password-stdin ${lab.registry.address}`)
    await web.docker('pull', image.reference)
  })

  test('has enough, breaks, or never answers', async () => {
    lab.registry.behave()
    lab.registry.fail({ status: 429, retryAfter: 7, when: /manifests/, times: 1 })
    const busy = await get('/v2/acme/shop/manifests/four')
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7'])
    expect((await get('/v2/acme/shop/manifests/four')).status).toBe(200)
    lab.registry.fail({ status: 500 })
    expect((await get('/v2/')).status).toBe(500)
    lab.registry.behave()
    lab.registry.hang({ when: /^GET \/v2\/$/ })
    await expect(get('/v2/', undefined, 200)).rejects.toThrow(/timeout|aborted/i)
    lab.registry.behave()
    expect((await get('/v2/')).status).toBe(200)
  })
})

describe('stores', () => {
  test('Redis keeps its port through a restart, and can forget', async () => {
    const client = new RedisClient(lab.redis.url)
    client.on('error', () => {})
    await client.set('a', '1')
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    await lab.redis.flush()
    expect(await client.get('a')).toBeNull()
    await lab.redis.kill()
    await lab.redis.start()
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
  })

  test('PostgreSQL gives fresh databases and keeps them through a restart', async () => {
    const [one, two] = [await lab.postgres.createDatabase(), await lab.postgres.createDatabase()]
    expect(one).not.toBe(two)
    await query(one, 'CREATE TABLE t (n int)')
    await lab.postgres.stop()
    await expect(query(one, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
    await lab.postgres.start()
    expect((await query(one, 'SELECT * FROM t')).rows).toEqual([])
    await expect(query(two, 'SELECT * FROM t')).rejects.toThrow('does not exist')
  })

  async function query(connectionString: string, sql: string) {
    const client = new pg.Client({ connectionString })
    try {
      await client.connect()
      return await client.query(sql)
    } finally {
      await client.end()
    }
  }
})

describe('the end', () => {
  // A container runs in each, because that is what leaves control groups, shims, mounts and interfaces behind.
  const program = `
    import { existsSync } from 'node:fs'
    import { startLaboratory } from ${JSON.stringify(join(import.meta.dirname, 'laboratory.ts'))}
    import { pushApp } from ${JSON.stringify(join(import.meta.dirname, 'images.ts'))}
    const lab = await startLaboratory({ hosts: ['gone-1'], registry: true, redis: true, postgres: true })
    const { docker, machine } = lab.host('gone-1')
    const image = await pushApp(lab.registry, { repository: 'acme/shop', tag: 'x', version: 'x' })
    await docker('run', '--detach', image.reference)
    console.log(JSON.stringify({ folder: lab.folder, link: machine.cable.link, cgroup: machine.cgroup }))
    process.stdin.once('data', () => {
      if (process.argv.at(-1) === 'stop') void lab.stop().then(() => process.exit())
      else process.kill(process.pid, process.argv.at(-1))
    })`

  test.each(['stop', 'SIGTERM', 'SIGKILL'])('%s leaves no process, mount, network cable, control group or folder', async (ending) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ending], { stdio: ['pipe', 'pipe', 'inherit'] })
    const told = z.object({ folder: z.string(), link: z.string(), cgroup: z.string() })
    try {
      const [line] = await once(child.stdout, 'data')
      const { folder, link, cgroup } = told.parse(JSON.parse(String(line)))
      const left = () => ({
        folder: existsSync(folder),
        processes: processesNaming(folder).length > 0,
        cable: existsSync(`/sys/class/net/${link}`),
        cgroups: cgroupsNaming(cgroup).length > 0,
        mounts: readFileSync('/proc/self/mounts', 'utf8').includes(folder),
      })
      expect(left()).toEqual({ folder: true, processes: true, cable: true, cgroups: true, mounts: false })
      const ended = once(child, 'exit')
      child.stdin.write('now\n')
      await ended
      await gone(() => Object.values(left()).includes(true))
    } finally {
      child.kill('SIGKILL')
    }
  })

  /** Polls because what ends here is nobody's child any more: there is no event to wait for. */
  async function gone(there: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 20_000; there(); await sleep(50)) if (Date.now() > deadline) throw new Error('still there')
  }

  const processesNaming = (text: string) =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && (readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readlinkSync(`/proc/${pid}/root`)).includes(text)
      } catch {
        return false
      }
    })

  const cgroupsNaming = (name: string) =>
    ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((controller) => `/sys/fs/cgroup/${controller}`)].filter((hierarchy) =>
      existsSync(join(hierarchy, name)),
    )
})
