import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { hello } from '../../src/host/commands.ts'
import { readHello } from '../../src/host/output.ts'
import { good, parseOperator } from '../config/given.ts'
import { type Operations, operations } from '../host/shop.ts'
import { startBastion } from '../lab/bastion.ts'
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

/** An apt-get that knows one package, which brings flock back; what it was called with is left in /tmp. */
const aptGet = `#!/bin/sh
echo "$*" >>/tmp/apt-get
case "$*" in *install*util-linux) umount /usr/bin/flock ;; *update) ;; *) exit 100 ;; esac
`
/** What \`apt-cache policy\` says of packages, as of one that is on no list. */
const aptCache = '#!/bin/sh\nshift; for package; do printf \'%s:\\n  Installed: (none)\\n  Candidate: (none)\\n\' "$package"; done\n'

test('with --install what is missing comes from the packages of the system, and only that', async () => {
  await host().sh('mount --bind /dev/null /usr/bin/flock')
  await writeFile(host().path('/usr/local/bin/apt-get'), aptGet, { mode: 0o755 })
  await writeFile(host().path('/usr/local/bin/apt-cache'), aptCache, { mode: 0o755 })
  const told = await landfall.bootstrap('--host-key', host().hostKey)
  expect(told.said).toMatch(/apt-get update && apt-get install -y util-linux\nOr run this again with --install/)
  expect((await host().exec(['test', '-e', '/tmp/apt-get'])).code).toBe(1)
  const { code, said } = await landfall.bootstrap('--host-key', host().hostKey, '--install')
  expect([code, said]).toEqual([0, expect.stringContaining('web-1: installing util-linux\nweb-1: ready.')])
  expect(said).toMatch(/operator.yml: web-1 is in it now$/)
  expect(await host().sh('cat /tmp/apt-get')).toBe(
    '-q -o DPkg::Lock::Timeout=300 update\n-q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends --no-remove --no-upgrade util-linux\n',
  )
})

test('a machine becomes a host, which its own key then reaches, and only landfall-shell', async () => {
  const { code, said } = await landfall.bootstrap('--host-key', host().hostKey)
  expect(said).toContain('web-1: ready. Docker ')
  expect(code).toBe(0)
  expect(good(parseOperator(landfall.inventory())).hosts['web-1']).toEqual(landfall.rule)
  expect(readHello((await landfall.send(hello())).stdout)).toMatchObject({ shell: 5, platform: 'linux/amd64', missing: [] })
  expect(await host().sh('cat /home/landfall/.ssh/authorized_keys')).toMatch(
    /^restrict,command="\/usr\/local\/bin\/landfall-shell --root \/var\/lib\/landfall" ssh-ed25519 \S+ landfall\n$/,
  )
  expect(await host().sh('stat -c "%a %U" /var/lib/landfall /usr/local/bin/landfall-shell')).toBe('700 landfall\n755 root\n')
})

test('bootstrapping again changes nothing, and keeps what people put there', async () => {
  await host().sh('echo "ssh-ed25519 AAAAother mona" >>/home/landfall/.ssh/authorized_keys; touch /var/lib/landfall/theirs')
  const before = landfall.inventory()
  const { code } = await landfall.bootstrapAt(['web-1', '--key', 'admin'])
  expect(code).toBe(0)
  expect(landfall.inventory()).toBe(before)
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

/** A sudo that wants a password, told to it on standard input alone. */
const sudo = `#!/bin/sh
[ "$1" = -k ] || exit 1
case $2 in
  -n) exit 1 ;;
  -S) IFS= read -r given; shift 4; [ "$given" = 'pa$$ word' ] || { echo 'Sorry, try again.' >&2; exit 1; }; exec setpriv --reuid 0 --regid 0 --clear-groups "$@" ;;
esac
`

test('an administrator who is not root gives sudo its password, which is no part of any command', async () => {
  await writeFile(host().path('/usr/local/bin/sudo'), sudo, { mode: 0o755 })
  await host().sh('cp $(command -v setpriv) /usr/local/bin/setpriv && chmod 4755 /usr/local/bin/setpriv')
  await host().authorize(landfall.adminKey)
  const words = [`${host().user}@web-1`, '--key', 'admin']
  expect(await landfall.bootstrapAt(words, 'pa$$ word')).toMatchObject({ code: 0, said: expect.stringContaining('web-1: ready.') })
  expect(await landfall.bootstrapAt(words, 'wrong')).toMatchObject({
    code: 1,
    said: expect.stringContaining('may not act as root there: Sorry'),
  })
  expect(await landfall.bootstrapAt(words)).toMatchObject({ code: 1 })
})

test('a machine behind a bastion is bootstrapped through it, and is known as behind it from then on', async () => {
  const gate = await startBastion('gate', lab.folder)
  try {
    const address = await gate.join(host())
    await gate.authorize(`restrict,port-forwarding,command="/bin/false",permitopen="${address}:22" ${landfall.publicLoginKey}`)
    const { name, hostKey, ...rest } = gate.rule
    await writeFile(
      join(lab.folder, 'data', 'operator.yml'),
      stringify({ hosts: {}, bastions: { [name]: { ...rest, 'host-key': hostKey } } }),
    )
    const { code, said } = await landfall.bootstrapAt([
      `root@${address}`,
      '--name',
      'inner-1',
      '--bastion',
      'gate',
      '--key',
      'admin',
      '--host-key',
      host().hostKey,
    ])
    expect([code, said]).toEqual([0, expect.stringContaining('inner-1: ready.')])
    expect(good(parseOperator(landfall.inventory())).hosts['inner-1']).toEqual({
      ...landfall.rule,
      name: 'inner-1',
      address,
      bastion: gate.rule,
    })
    await gate.sshd.stop()
    await landfall.hosts.close()
    expect(await landfall.bootstrapAt(['root@inner-1', '--key', 'admin'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('its bastion gate'),
    })
  } finally {
    await gate.stop()
  }
})
