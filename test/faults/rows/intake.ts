import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { landfallFile } from '../../lab/landfall/town.ts'
import { containersOf } from '../containers.ts'
import type { Fault } from '../fault.ts'
import { webStarts } from '../host-record.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

const manyTimes: Fault = {
  row: 'F8',
  injected: 'one delivery 50 times at once, its content under new GUIDs',
  async run(town) {
    const { github } = town.scenario
    const since = new Date()
    const merged = await town.begin({ title: 'Told fifty times', told: 'later' })
    const [push = ''] = merged.guids
    const told = await Promise.all([
      ...Array.from({ length: 50 }, () => github.redeliver(push)),
      ...merged.guids.flatMap((guid) => Array.from({ length: 5 }, () => github.resend(guid, randomUUID()))),
    ])
    const refused = told.filter(({ statusCode }) => statusCode !== 200)
    assert.deepEqual(refused, [], 'a delivery was not taken')
    const firstAnswer = Math.min(...told.map(({ sentAt, seconds }) => sentAt + seconds * 1000))
    const together = told.filter(({ sentAt }) => sentAt < firstAnswer).length
    assert.ok(together >= 20, `the moment was missed: only ${together} of them were under way together`)

    await town.ended(merged, 'success')
    for (const guid of merged.guids) assert.equal((await github.resend(guid, randomUUID())).statusCode, 200)
    await toldOnce(town, merged)
    const records = recordsOf(town.scenario.environment)
    const wishes = (await records.intents()).filter(({ after }) => after === merged.sha)
    assert.equal(wishes.length, 1, 'it became more than one intent')
    assert.equal((await records.deployments()).filter(({ revision }) => revision === merged.sha).length, 1)
    assert.equal(await webStarts(town, since), 1)
    return `${told.length} deliveries taken, ${together} of them under way before the first was answered; one intent, one deployment, told once`
  },
}

const outOfOrder: Fault = {
  row: 'F9',
  injected: 'three merges, the newest told before the one before it',
  async run(town) {
    const { github } = town.scenario
    const since = new Date()
    const order = await town.gates.hold('order', 'switch')
    const first = await town.begin({ title: 'The first' })
    await order.arrived()
    const second = await town.begin({ title: 'The second', told: 'later' })
    const third = await town.begin({ title: 'The third', told: 'later' })
    const tell = ({ guids }: Merged) => Promise.all(guids.map((guid) => github.redeliver(guid)))
    await tell(third)
    await town.queued(third)
    await tell(second)
    const overtaken = await town.ended(second, 'error')
    assert.ok(overtaken.description?.includes(third.sha.slice(0, 7)), `the second one's status says: ${overtaken.description}`)
    await order.release()
    await town.ended(third, 'success')
    await toldOnce(town, third)
    await town.ended(first, 'success')
    // Told once more, when all is over: nothing older comes back.
    await Promise.all([first, second].flatMap(({ guids }) => guids.map((guid) => github.resend(guid, randomUUID()))))
    await settled(town)
    assert.equal(await runs(town), third.digest)
    assert.equal(await webStarts(town, since), 2, 'something else than the first and the third was started')
    return `the newest runs; the one told late never did, and its status says "${overtaken.description}"`
  },
}

const cannotBeDeployed: Fault = {
  row: 'F21',
  injected: 'a Compose file and a landfall.yml that are wrong',
  async run(town) {
    const registry = town.scenario.lab.registry.address
    const before = await town.footprint()
    const unclosed = { 'compose.yml': 'services:\n  web: [\n' }
    const misspelt = { '.github/landfall.yml': landfallFile({ registry }).replace('hosts: [web-1]', 'hosst: [web-1]') }
    const { merged, status } = await town.merge({ title: 'Cannot be deployed', build: false, files: unclosed }, 'failure')
    const compose = await toldOf(town, merged, status.description, /compose\.yml:3:1/)
    const { merged: broken, check } = await town.misconfigure({ title: 'Cannot be read', build: false, files: misspelt })
    const configuration = await toldOf(town, broken, check.output.title, /\.github\/landfall\.yml:12:3\b.*"hosts" is missing/)
    assert.equal(await town.footprint(), before, 'a host was touched')
    return `"${compose}" and "${configuration}" on the commit and on the pull request; no host touched`
  },
}

/** The place and the problem that people are told, seen beside the commit and on the pull request. */
async function toldOf(town: FaultTown, merged: Merged, atCommit: string | null, says: RegExp): Promise<string> {
  assert.match(atCommit ?? '', says)
  const comment = await town.shop.repository.waitForComment(merged.pullRequest, /landfall/)
  // GitHub shows marks without the backslashes before them.
  assert.match(comment.body.replace(/\\([!-/:-@[-`{-~])/g, '$1'), says)
  return says.exec(atCommit ?? '')?.[0] ?? ''
}

/** The digest that the shop's web service runs. */
async function runs(town: FaultTown): Promise<string | undefined> {
  const web = (await containersOf(town)).find(({ service }) => service === 'web')
  return web?.reference.split('@')[1]
}

export const intake: Fault[] = [manyTimes, outOfOrder, cannotBeDeployed]
