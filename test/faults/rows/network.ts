import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Host } from '../../lab/host.ts'
import { descendants, programOf, signalPid } from '../../lab/program.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { actsOf, newestGeneration, webStarts } from '../host-record.ts'
import { nextLine } from '../next-line.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

/** Within so many seconds Landfall notices that nothing comes any more. One more for a machine that is busy. */
const noticedWithin = 15 + 1

const sessionKilled: Fault = {
  row: 'F11',
  injected: 'the SSH session killed during up',
  on: 'one machine',
  async run(town) {
    const before = new Date()
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'SSH cut' })
    await up.arrived()
    const generation = await newestGeneration(town)
    const lost = nextLine(town, ({ verb, ended }) => verb === 'switch' && ended === 'connection-lost')
    for (const pid of descendants(town.host.sshd.pid)) if (/^sshd/.test(programOf(pid) ?? '')) signalPid(pid, 'SIGKILL')
    await lost
    await up.release()
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal(await webStarts(town, before), 1)
    const switched = (await actsOf(town, generation)).filter((act) => act === 'switch switched')
    assert.equal(switched.length, 2, 'the host was not asked again')
    return 'noticed at once; the host was asked again, had gone on by itself and was left as it was: started once'
  },
}

const cableOut: Fault = {
  row: 'F11',
  injected: 'the cable out for 3 s during up',
  on: 'one machine',
  async run(town) {
    const before = new Date()
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'Cable out for a moment' })
    await up.arrived()
    await town.host.unplug()
    await up.release()
    assert.equal(await reachable(town.host, 3), false, 'the moment was missed: packets still arrive')
    await eventually('the end of up behind the cut cable', async () => ((await webStarts(town, before)) === 1 ? true : undefined))
    await town.host.plugIn()
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal(await webStarts(town, before), 1)
    return 'the same connection went on; started once'
  },
}

const blackHole: Fault = {
  row: 'F12',
  injected: 'every packet to the host vanishes during up',
  on: 'one machine',
  async run(town) {
    const before = new Date()
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'Into the black hole' })
    await up.arrived()
    const seconds = await noticed(town, 'switch')
    await up.release()
    await town.host.plugIn()
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal(await webStarts(town, before), 1)
    return `noticed after ${seconds.toFixed(1)} s; asked again once packets arrived, started once`
  },
}

const blackHoleBefore: Fault = {
  row: 'F12',
  injected: 'the same, before the first question of a deployment',
  on: 'one machine',
  async run(town) {
    await town.host.unplug()
    const merged = await town.begin({ title: 'Nobody there' })
    const seconds = await noticed(town, 'inspect')
    await town.host.plugIn()
    await town.ended(merged, 'success')
    return `noticed after ${seconds.toFixed(1)} s; deployed once packets arrived`
  },
}

/** Cuts the host off and waits until Landfall says so. Resolves to the seconds that took. */
async function noticed(town: FaultTown, step: string): Promise<number> {
  const notice = nextLine(town, (line) => line.msg === 'host did not answer, asking again' && line.step === step)
  await town.host.unplug()
  const cutAt = Date.now()
  assert.equal(await reachable(town.host, 2), false, 'packets still arrive')
  const seconds = ((await notice).time - cutAt) / 1000
  assert.ok(seconds <= noticedWithin, `noticed after ${seconds.toFixed(1)} s only`)
  return seconds
}

/** Whether sshd greets somebody who connects. */
async function reachable({ address, port }: Host, seconds: number): Promise<boolean> {
  const socket = connect({ host: address, port })
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(seconds * 1000) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

export const network: Fault[] = [sessionKilled, cableOut, blackHole, blackHoleBefore]
