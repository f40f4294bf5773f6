import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKeyPair } from '../../src/adapters/ssh/new-key.ts'
import { openTown, type Town } from '../lab/landfall/town.ts'
import { expectAllIsWell, expectRefusal } from './refusal.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
  await town.merge({ title: 'The shop opens' }, 'success')
})
afterAll(() => town?.close())

const newKey = (comment: string): string => newKeyPair(comment).public

test('a host key that is not the one in the operator’s file: nothing is sent', async () => {
  const { hostKey, name } = town.host
  const pin = (key: string) => town.changeOperator(({ hosts }) => Object.assign(hosts[name] ?? {}, { 'host-key': key }))
  await pin(newKey('').split(' ').slice(0, 2).join(' '))
  // The connection that is still warm was made to the right key; a new one is looked at anew.
  await town.host.sshd.stop()
  await town.host.sshd.start()
  await expectRefusal(
    town,
    { title: 'Pinned wrongly' },
    { status: /web-1 showed another host key than the pinned one/, page: /somebody may be listening in/ },
  )
  await pin(hostKey)
  await expectAllIsWell(town)
})

test('a host that does not answer', async () => {
  await town.host.sshd.stop()
  await expectRefusal(
    town,
    { title: 'Nobody home' },
    { status: /Host web-1 cannot be reached/, page: /Check that the machine and its sshd run/ },
  )
  await town.host.sshd.start()
  await expectAllIsWell(town)
})

test('a host that trusts another signing key takes no bundle', async () => {
  const file = town.host.path('/var/lib/landfall/allowed_signers')
  const installed = await readFile(file, 'utf8')
  const [principal = '', ...rest] = installed.trim().split(' ')
  const options = rest.slice(
    0,
    rest.findIndex((word) => word.startsWith('ssh-')),
  )
  await writeFile(file, `${[principal, ...options, newKey('another')].join(' ')}\n`)
  const running = () => town.host.sh('docker ps -aq --no-trunc; cat /var/lib/landfall/shop/production/current')
  const before = await running()
  const { status } = await town.merge({ title: 'Signed by nobody it knows' }, 'failure')
  expect(status.description).toMatch(/sign/)
  expect(await running()).toBe(before)
  await writeFile(file, installed)
  await expectAllIsWell(town)
})

test('a host that was never made one of Landfall’s', async () => {
  await town.host.sh('mv /usr/local/bin/landfall-shell /usr/local/bin/landfall-shell.away')
  await expectRefusal(
    town,
    { title: 'No landfall-shell' },
    { status: /Host web-1 is not ready for Landfall/, page: /landfall host bootstrap/ },
  )
  await town.host.sh('mv /usr/local/bin/landfall-shell.away /usr/local/bin/landfall-shell')
  await expectAllIsWell(town)
})
