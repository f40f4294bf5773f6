import assert from 'node:assert/strict'
import { composeFile } from '../../lab/landfall/shop.ts'
import { descendants, signalPid, wordsOf } from '../../lab/program.ts'
import { containersOf } from '../containers.ts'
import { restartAndContinue } from '../continuation.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { actsOf, newestGeneration, webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown, Profile } from '../towns.ts'

const betweenPullAndUp = (on: Profile): Fault => ({
  row: 'F1',
  injected: `kill -9 between pull and up (${on})`,
  on,
  async run(town) {
    const before = new Date()
    const order = await town.gates.hold('order', 'switch')
    const merged = await town.begin({ title: 'Killed between pull and up' })
    const waiting = await order.arrived()
    const generation = await newestGeneration(town)
    await town.scenario.landfall.kill()
    // The order dies with the connection it came over: landfall-shell never hears of it.
    await town.host.exec(['kill', '-9', String(waiting)])
    await order.release()
    assert.deepEqual(await actsOf(town, generation), ['put accepted'], 'the moment was missed')
    assert.equal(await webStarts(town, before), 0, 'the moment was missed')
    assert.ok((await town.host.docker('images', '--digests')).includes(merged.digest), 'the moment was missed: nothing was pulled')

    const after = await restartAndContinue(town)
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal(await newestGeneration(town), generation, 'it was planned anew')
    assert.equal(await webStarts(town, before), 1)
    return `went on ${after} after being up, with what was pulled; switched once, told once`
  },
})

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

const beforeTheReport: Fault = {
  row: 'F3',
  injected: 'kill -9 after success, before the report',
  on: 'one machine',
  async run(town) {
    const { github, chat } = town.scenario
    const before = new Date()
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'Killed before it could tell' })
    await up.arrived()
    // Nobody can be told from now on: what Landfall has to say stays in its database.
    github.faults.outage(true)
    chat.outage(true)
    await up.release()
    const { landfall } = town.scenario
    const seen = landfall.log.length
    await landfall.logged((line) => landfall.log.indexOf(line) >= seen && line.msg === 'deployment advanced' && line.state === 'succeeded')
    await landfall.kill()
    const generation = await newestGeneration(town)
    const acts = await actsOf(town, generation)
    assert.ok(acts.includes('confirm confirmed'), `the moment was missed: ${acts.join(', ')}`)
    assert.ok(!town.shop.repository.statuses(merged.sha).some(({ state }) => state === 'success'), 'the moment was missed')
    assert.ok(!chat.received.some(({ body }) => body.includes(merged.sha.slice(0, 7))), 'the moment was missed')
    github.faults.outage(false)
    chat.outage(false)

    await town.scenario.restart()
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    // Clearing away was under way when Landfall was killed, and reaches the host or not.
    const afterwards = (await actsOf(town, generation)).filter((act) => !act.startsWith('prune'))
    assert.deepEqual(
      afterwards,
      acts.filter((act) => !act.startsWith('prune')),
      'the host was given orders again',
    )
    assert.equal(await webStarts(town, before), 1)
    await town.merge({ title: 'The next one' }, 'success')
    await toldOnce(town, merged)
    return 'told after the restart: one status, one deployment, one message in each chat; no order to the host'
  },
}

export const kills: Fault[] = [
  betweenPullAndUp('one machine'),
  betweenPullAndUp('several machines'),
  duringUp,
  everythingDuringUp,
  composeDuringUp,
  beforeTheReport,
]
