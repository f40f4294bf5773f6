import assert from 'node:assert/strict'
import { restartAndContinue } from '../continuation.ts'
import type { Fault } from '../fault.ts'
import { actsOf, newestGeneration, webStarts } from '../host-record.ts'
import { nextLine } from '../next-line.ts'
import { toldOnce } from '../told-once.ts'
import type { Profile } from '../towns.ts'

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
    await nextLine(town, ({ msg, state }) => msg === 'deployment advanced' && state === 'succeeded')
    await town.scenario.landfall.kill()
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

export const kills: Fault[] = [betweenPullAndUp('one machine'), betweenPullAndUp('several machines'), beforeTheReport]
