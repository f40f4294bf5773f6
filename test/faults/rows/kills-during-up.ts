import assert from 'node:assert/strict'
import { composeFile } from '../../lab/landfall/shop.ts'
import { descendants, signalPid, wordsOf } from '../../lab/program.ts'
import { containersOf } from '../containers.ts'
import { restartAndContinue } from '../continuation.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

const duringUp: Fault = {
  row: 'F2',
  injected: 'kill -9 during up, the new container still called <oldid>_name',
  on: 'one machine',
  async run(town) {
    const before = await oldOneStopsSlowly(town)
    const merged = await town.begin({ title: 'Killed during up' })
    const odd = await halfRecreated(town)
    await town.scenario.landfall.kill()
    assert.equal(await halfRecreated(town), odd, 'the moment was missed')

    const after = await restartAndContinue(town)
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    await onlyOneWeb(town, merged.digest)
    assert.equal(await webStarts(town, before), 1)
    return `went on ${after} after being up, waited for the host's own end; one instance, started once`
  },
}

const everythingDuringUp: Fault = {
  row: 'F2',
  injected: 'the same, and the processes on the host killed with it',
  on: 'one machine',
  async run(town) {
    const before = await oldOneStopsSlowly(town)
    const merged = await town.begin({ title: 'Killed on both sides' })
    const odd = await halfRecreated(town)
    await town.scenario.landfall.kill()
    killOrdersOn(town)
    assert.equal(await halfRecreated(town), odd, 'the moment was missed')

    const after = await restartAndContinue(town)
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    await onlyOneWeb(town, merged.digest)
    assert.equal(await webStarts(town, before), 1)
    return `went on ${after} after being up; ${odd} is gone, one instance, started once`
  },
}

const composeDuringUp: Fault = {
  row: 'F2',
  injected: "the same, of the host's processes only: Landfall sees its order fail",
  on: 'one machine',
  async run(town) {
    await oldOneStopsSlowly(town)
    const [running] = (await containersOf(town)).filter(({ service }) => service === 'web')
    const merged = await town.begin({ title: 'Compose killed' })
    const odd = await halfRecreated(town)
    killOrdersOn(town)
    assert.equal(await halfRecreated(town), odd, 'the moment was missed')
    const { description } = await town.ended(merged, 'failure')
    await onlyOneWeb(town, running?.reference.split('@')[1] ?? '')
    return `the release before runs again, one instance; people read: ${description}`
  },
}

/** A release that takes seconds to stop now runs: while the next one replaces it, there is time to strike. */
async function oldOneStopsSlowly(town: FaultTown): Promise<Date> {
  const compose = composeFile(town.scenario.lab.registry.address, 'shop').replace('    image:', '    stop_grace_period: 4s\n    image:')
  await town.merge({ title: 'Stops slowly', behaviour: 'ignores-term', files: { 'compose.yml': compose } }, 'success')
  return new Date()
}

/** The name of the container that Compose has made and not yet put in the place of the old one. */
const halfRecreated = (town: FaultTown): Promise<string> =>
  eventually('a half recreated container', async () => {
    const containers = await containersOf(town)
    return containers.find(({ name, status }) => /^[0-9a-f]{12}_shop-web-1$/.test(name) && status === 'created')?.name
  })

/** kill -9 for every process on the host that an order of Landfall started: landfall-shell and its Compose. */
function killOrdersOn({ host }: FaultTown): void {
  const orders = [host.sshd.pid, host.machine.init].flatMap(descendants).filter((pid) => /landfall-shell|docker-compose/.test(wordsOf(pid)))
  for (const pid of orders) signalPid(pid, 'SIGKILL')
}

async function onlyOneWeb(town: FaultTown, digest: string): Promise<void> {
  const webs = (await containersOf(town)).filter(({ service }) => service === 'web')
  assert.deepEqual(
    webs.map(({ name, status }) => `${name} ${status}`),
    ['shop-web-1 running'],
  )
  assert.ok(webs[0]?.reference.endsWith(`@${digest}`), `${webs[0]?.reference} runs, not ${digest}`)
}

export const killsDuringUp: Fault[] = [duringUp, everythingDuringUp, composeDuringUp]
