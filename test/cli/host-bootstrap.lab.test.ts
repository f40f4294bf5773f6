import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hello } from '../../src/host/commands.ts'
import { readHello } from '../../src/host/output.ts'
import { type Operations, operations } from '../host/shop.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'

let lab: Laboratory
let landfall: Operations

beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'] })
  landfall = await operations(lab.host('web-1'), join(lab.folder, 'data'))
})
afterAll(async () => {
  await landfall.hosts.close()
  await lab.stop()
})

const host = () => lab.host('web-1')

test('without a host key nobody logs in, and the key is shown', async () => {
  const { code, said } = await landfall.bootstrap()
  expect(code).toBe(1)
  expect(said).toContain('nobody logged in')
  expect(said).toContain(`--host-key '${host().hostKey}'`)
})

test('everything that is missing is told at once, and nothing is changed', async () => {
  await host().sh('mount --bind /dev/null /usr/bin/flock')
  await host().engine.stop()
  try {
    const { code, said } = await landfall.bootstrap('--host-key', host().hostKey)
    expect(code).toBe(1)
    expect(said).toContain('util-linux')
    expect(said).toContain('the Docker engine does not answer')
    expect(said).toContain('nothing was changed')
    expect((await host().exec(['id', 'landfall'])).code).not.toBe(0)
  } finally {
    await host().sh('umount /usr/bin/flock')
    await host().engine.start()
  }
})

test('a machine becomes a host, which its own key then reaches, and only landfall-shell', async () => {
  const { code, said } = await landfall.bootstrap('--host-key', host().hostKey)
  expect(said).toContain('web-1: ready. Docker ')
  expect(code).toBe(0)
  expect(said).toContain(`host-key: ${host().hostKey}`)
  expect(readHello((await landfall.send(hello())).stdout)).toMatchObject({ shell: 5, platform: 'linux/amd64', missing: [] })
  expect(await host().sh('cat /home/landfall/.ssh/authorized_keys')).toMatch(
    /^restrict,command="\/usr\/local\/bin\/landfall-shell --root \/var\/lib\/landfall" ssh-ed25519 \S+ landfall\n$/,
  )
  expect(await host().sh('stat -c "%a %U" /var/lib/landfall /usr/local/bin/landfall-shell')).toBe('700 landfall\n755 root\n')
})

test('bootstrapping again changes nothing, and keeps what people put there', async () => {
  await host().sh('echo "ssh-ed25519 AAAAother mona" >>/home/landfall/.ssh/authorized_keys; touch /var/lib/landfall/theirs')
  const { code } = await landfall.bootstrap('--host-key', host().hostKey)
  expect(code).toBe(0)
  expect(await host().sh('grep -c landfall-shell /home/landfall/.ssh/authorized_keys')).toBe('1\n')
  expect(await host().sh('grep -c mona /home/landfall/.ssh/authorized_keys; ls /var/lib/landfall/theirs')).toBe(
    '1\n/var/lib/landfall/theirs\n',
  )
})

test('another key than the given one ends it before any login', async () => {
  const { code, said } = await landfall.bootstrap('--host-key', landfall.signer.publicKey)
  expect(code).toBe(1)
  expect(said).toContain('another host key')
})
