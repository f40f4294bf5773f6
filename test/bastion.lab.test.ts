import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { openLoginKey } from '../src/adapters/ssh/login-key.ts'
import { lookAtHost } from './demo/host-view.ts'
import { type Bastion, startBastion } from './lab/bastion.ts'
import { installGates } from './lab/gates.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { openShop, type Shop } from './lab/landfall/shop.ts'

const hosts = ['web-1', 'web-2'] as const
let scenario: Scenario
let gate: Bastion
let shop: Shop

/** Two hosts that Landfall knows by addresses which exist behind the bastion alone. */
beforeAll(async () => {
  scenario = await startScenario({ hosts: [...hosts] })
  const { lab } = scenario
  gate = await startBastion('gate', lab.folder, ['MaxStartups 1', 'MaxSessions 0'])
  const file = parse(await readFile(scenario.operatorFile, 'utf8'))
  for (const name of hosts) file.hosts[name].address = await gate.join(lab.host(name))
  const { name, hostKey, ...rest } = gate.rule
  file.bastions = { [name]: { ...rest, 'host-key': hostKey } }
  file.defaults = { bastion: name }
  const { publicKey } = await openLoginKey(join(lab.folder, 'landfall'))
  const open = hosts.map((host) => `permitopen="${file.hosts[host].address}:22"`)
  await gate.authorize(`restrict,port-forwarding,command="/bin/false",${open} ${publicKey}`)
  await writeFile(scenario.operatorFile, stringify(file))
  shop = await openShop(scenario.github, lab.registry, { name: 'shop', hosts: [...hosts], within: 8, soak: 0 })
})
afterAll(async () => {
  await gate?.stop()
  await scenario?.stop()
})

const answered = async () =>
  (await Promise.all(hosts.map((name) => lookAtHost(scenario.lab.host(name), 'shop')))).map((view) => view.answered)

test('a deployment goes through a bastion, over one connection to it', async () => {
  const { sha } = await shop.merge({ title: 'First' })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  expect(await answered()).toEqual([sha, sha])
  expect(await gate.logged('Accepted publickey')).toHaveLength(1)
})

test('a bastion whose sshd is killed while hosts switch: asked again once it is back, the deployment goes on', async () => {
  const before = await gate.logged('Accepted publickey')
  const up = await (await installGates(scenario.lab.host('web-1'))).hold('compose', 'up')
  const { sha } = await shop.merge({ title: 'Cut' })
  await up.arrived(60)
  await gate.sshd.kill()
  await up.release()
  await pause(1500)
  await gate.sshd.start()
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  expect(await answered()).toEqual([sha, sha])
  expect((await gate.logged('Accepted publickey')).length - before.length).toBe(1)
}, 120_000)

test('a bastion that stays down is what people are told of, and nothing is touched', async () => {
  const before = await answered()
  await gate.sshd.stop()
  const { sha } = await shop.merge({ title: 'Down' })
  const { description } = await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 60)
  expect(description).toMatch(/web-[12] cannot be reached: its bastion gate: .*ECONNREFUSED/)
  expect(await answered()).toEqual(before)
}, 120_000)
