import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authoritiesOf } from '../../src/adapters/registry/authorities.ts'
import { usualLimits } from '../../src/adapters/registry/http.ts'
import { createRegistry } from '../../src/adapters/registry/registry.ts'
import { hostCheck } from '../../src/cli/host-check.ts'
import type { OperatorFile, RegistryRule } from '../../src/domain/configuration.ts'
import { Secret } from '../../src/domain/secret.ts'
import { checkHosts, type HostReport, hostsNamed } from '../../src/flow/check-hosts.ts'
import { hello } from '../../src/host/commands.ts'
import { good, parseOperator } from '../config/given.ts'
import { plan, service } from '../host/given.ts'
import { type Operations, operations } from '../host/shop.ts'
import { selfSigned } from '../lab/certificate.ts'
import type { Host } from '../lab/host.ts'
import { pushApp } from '../lab/images.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'

const canary = 'canary-of-the-registry'
let lab: Laboratory
let host: Host
let landfall: Operations
let operator: OperatorFile

beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
  host = lab.host('web-1')
  landfall = await operations(host, join(lab.folder, 'data'))
  await landfall.bootstrap('--host-key', host.hostKey)
  lab.registry.requireBasic({ username: 'mona', password: canary })
  const { registries: _, ...file } = good(parseOperator(landfall.inventory()))
  const grant = {
    projects: ['*'],
    environments: { '*': ['web-1'] },
    registries: [lab.registry.address],
    notify: [],
    allow: [],
    require: {},
  }
  operator = { ...file, registries: registry({}), repositories: [{ name: 'acme/*', ...grant }] }
})
afterAll(async () => {
  await landfall?.hosts.close()
  await lab?.stop()
})

const registry = (more: Partial<RegistryRule>) => ({
  [more.host ?? lab.registry.address]: { host: lab.registry.address, username: 'mona', password: { env: 'TOKEN' }, ...more },
})

/** `landfall host check`, with this password for the registry and these registries for everybody. */
async function check(options: { password?: string; file?: OperatorFile; behind?: number } = {}) {
  const { password = canary, file = operator, behind = 0 } = options
  const now = () => new Date(Date.now() - behind * 1000)
  const said: string[] = []
  let reports: HostReport[] = []
  const code = await hostCheck([], {
    async check(names) {
      reports = await checkHosts(hostsNamed(file, names).hosts, {
        hosts: landfall.hosts,
        signer: landfall.signer,
        secrets: async () => new Secret(password),
        clock: { now, githubNow: now, sleep: async () => undefined },
        operator: file,
        signingKey: landfall.signer.publicKey,
      })
      return { kind: 'checked', reports }
    },
    print: (line) => said.push(line),
  })
  return { code, said: said.join('\n'), report: reports[0] }
}

const leftOver = () => host.exec(['grep', '-rlE', canary, '/var/lib/landfall', '/home/landfall', '/root', '/tmp'])

test('a host that is well: a line at most as wide as a terminal, and the registry lets it in', async () => {
  const { code, said, report } = await check()
  expect([code, said]).toEqual([
    0,
    expect.stringMatching(/^HOST +STATE +SHELL .*\nweb-1 +well +5 +26\.1\.5 +2\.26\.1 +\d+ GiB +right +1 of 1$/),
  ])
  expect(Math.max(...said.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
  expect(report).toMatchObject({ reachable: true, platform: 'linux/amd64', registries: [{ works: true, images: 0 }], problems: [] })
})

test('a login that does not open the registry is told with its name and Docker’s words, and nothing of it stays on the host', async () => {
  const { code, said, report } = await check({ password: `wrong-${canary}` })
  expect(code).toBe(1)
  expect(report?.problems[0]?.what).toMatch(new RegExp(`^${lab.registry.address} gives it nothing as mona: .*401`, 's'))
  expect(said).not.toContain(canary)
  expect((await leftOver()).stdout).toBe('')
})

test('where something runs, its image is looked up by the engine, and nothing of the login stays', async () => {
  const { reference, digest } = await pushApp(lab.registry, { repository: 'acme/shop', tag: '1', version: '1', behaviour: 'healthy' })
  const image = `${reference.replace(/:[^:/]+$/, '')}@${digest}`
  lab.registry.behave()
  await landfall.deploy(
    plan([service('web', image, { change: 'created' })], {
      compose: 'services:\n  web:\n    image: shop\n    init: true\n',
      override: JSON.stringify({ services: { web: { image } } }),
    }),
  )
  lab.registry.requireBasic({ username: 'mona', password: canary })
  const tried = await check()
  expect([tried.said, tried.report?.registries]).toEqual([
    expect.stringMatching(/1 of 1$/),
    [{ registry: lab.registry.address, works: true, images: 1 }],
  ])
  const refused = await check({ password: 'wrong' })
  expect(refused.report?.problems[0]?.what).toMatch(/unauthorized|401/)
  expect((await leftOver()).stdout).toBe('')
})

test('what is wrong with the host itself is told together, each with its remedy', async () => {
  await host.sh('landfall-shell hold shop production "a disk is; replaced"')
  await host.sh("sed -i 's/AAAA/AAAB/' /var/lib/landfall/allowed_signers")
  const { code, report, said } = await check({ behind: 300 })
  await host.sh("sed -i 's/AAAB/AAAA/' /var/lib/landfall/allowed_signers; landfall-shell release shop production")
  expect(code).toBe(1)
  expect(report?.problems.map(({ what }) => what)).toEqual([
    'it believes another signing key than this Landfall has, and refuses everything',
    expect.stringMatching(/^its clock is [23]\d\d s ahead of Landfall's$/),
    expect.stringContaining("the order is not signed by Landfall's key"),
  ])
  expect(said).toContain('web-1: shop production is held there: a disk is; replaced')
})

test('a registry with an authority of its own: Landfall by `ca`, a host by what lies in certs.d, and it is said', async () => {
  const address = host.machine.cable.outside
  const { key, cert } = await selfSigned(address)
  const front = createServer({ key, cert }, (incoming, answer) => {
    const { method, url: path, headers } = incoming
    const asked = request({ port: lab.registry.port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 0, response.headers)
      response.pipe(answer)
    })
    incoming.pipe(asked)
  })
  await once(front.listen(0, address), 'listening')
  const own = `${address}:${portOf(front)}`
  const ca = join(lab.folder, 'ca.pem')
  await writeFile(ca, cert)
  try {
    const login = { registry: own, username: 'mona', password: new Secret(canary) }
    const asked = (file: string | undefined) =>
      createRegistry(
        usualLimits,
        authoritiesOf(() => registry({ host: own, ...(file && { ca: file }) })),
      ).resolve(`${own}/acme/shop`, '1', login)
    expect(await asked(undefined)).toMatchObject({ kind: 'failed', detail: expect.stringContaining('name its authority in `ca`') })
    expect(await asked(ca)).toMatchObject({ kind: 'found' })
    expect(await asked(`${ca}.gone`)).toMatchObject({ kind: 'failed', detail: expect.stringContaining(`${ca}.gone cannot be used`) })

    const [rule] = operator.repositories
    const file = { ...operator, registries: registry({ host: own, ca }), repositories: rule ? [{ ...rule, registries: [own] }] : [] }
    const [problem] = (await check({ file })).report?.problems ?? []
    expect(problem?.what).toMatch(/x509|certificate/)
    expect(problem?.remedy).toContain(`/etc/docker/certs.d/${own}/ca.crt`)
    await host.sh(`mkdir -p '/etc/docker/certs.d/${own}'`)
    await writeFile(host.path(`/etc/docker/certs.d/${own}/ca.crt`), cert)
    expect(await check({ file })).toMatchObject({ code: 0, report: { registries: [{ works: true }] } })
  } finally {
    front.close()
  }
})

test('a host that does not answer is away, and the exit code says so', async () => {
  await host.sshd.stop()
  await landfall.hosts.close()
  const { code, said } = await check()
  expect([code, said]).toEqual([1, expect.stringMatching(/web-1 +away +- .*\n\nweb-1: Host web-1 cannot be reached: /)])
  await host.sshd.start()
})

describe('a host that is retired', () => {
  const containers = () => host.docker('ps', '-q', '--no-trunc')

  test('is not while an environment has it, and nobody logs in', async () => {
    const { code, said } = await landfall.retire(['web-1'], [{ repository: 'acme/shop', environment: 'production' }])
    expect([code, said]).toEqual([1, expect.stringMatching(/^web-1: production of acme\/shop is deployed there\.\nTake it off `hosts`/)])
    expect((await landfall.send(hello())).ending).toBe('ok')
  })

  test('is not while another file of keys lets Landfall in: that is tried, and told', async () => {
    const more = '/etc/ssh/more_keys'
    await host.sh(`cp /home/landfall/.ssh/authorized_keys ${more}`)
    const { code, said } = await landfall.retire(['web-1', '--authorized-keys', more])
    expect([code, said]).toEqual([1, expect.stringMatching(/^web-1: Landfall's key was taken away, and still lets it in\./)])
    expect(good(parseOperator(landfall.inventory())).hosts['web-1']).toBeDefined()
    await landfall.bootstrap('--host-key', host.hostKey)
  })

  test('has no way in any more, and keeps its containers, releases and other people’s keys', async () => {
    const before = await containers()
    await host.sh('echo "ssh-ed25519 AAAAother mona" >>/home/landfall/.ssh/authorized_keys')
    const { code, said } = await landfall.retire(['root@web-1', '--account'])
    expect([code, said]).toEqual([0, expect.stringContaining('web-1: shop/production was left as it is, with its containers and data.')])
    expect(said).toContain("web-1: Landfall's key does not open it any more: it does not let landfall in.")
    expect(good(parseOperator(landfall.inventory())).hosts).toEqual({})
    expect([before, await containers()]).toEqual([expect.stringMatching(/^\w{64}\n$/), before])
    expect(await host.sh('cat /home/landfall/.ssh/authorized_keys; ls -A /var/lib/landfall /usr/local/bin')).not.toMatch(
      /landfall-shell|allowed_signers| landfall$/m,
    )
    expect(await host.sh('cat /home/landfall/.ssh/authorized_keys; ls /var/lib/landfall/shop/production/releases')).toBe(
      'ssh-ed25519 AAAAother mona\n1\n',
    )
    expect((await host.exec(['id', 'landfall'])).code).not.toBe(0)
    await landfall.hosts.close()
    expect(await landfall.hosts.run(landfall.rule, hello())).toMatchObject({ kind: 'unreachable' })
  })

  test('again is nothing to do; and one that is gone for ever is taken out without asking it', async () => {
    expect(await landfall.retire(['web-1'])).toMatchObject({ code: 0, said: expect.stringContaining('nothing is left to do') })
    const gone = `hosts:\n  gone-1: { address: 192.0.2.1, host-key: ${host.hostKey} } # rack 7\n  web-2: { address: 192.0.2.2, host-key: ${host.hostKey} }\n`
    await writeFile(join(lab.folder, 'data', 'operator.yml'), gone)
    expect(await landfall.retire(['gone-1', '--gone'])).toMatchObject({ code: 0 })
    expect(landfall.inventory()).toBe(`hosts:\n  web-2: { address: 192.0.2.2, host-key: ${host.hostKey} }\n`)
  })
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port
