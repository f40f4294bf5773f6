import assert from 'node:assert/strict'
import { type OwnDeployment, openOwnDeployment } from '../../lab/landfall/own-deployment.ts'
import { containersOf } from '../containers.ts'
import type { Fault } from '../fault.ts'
import { actsOn, eventsSince } from '../host-record.ts'

const project = 'landfall'
const context = 'landfall/production'

export const ownDeployment: Fault[] = [
  {
    row: 'F25',
    injected: 'Landfall, in a container, deploys itself: its own switch stops it',
    on: 'one machine',
    async run() {
      const own = await openOwnDeployment()
      try {
        const first = await deployItself(own, 'one')
        await deployItself(own, 'two')
        own.scenario.github.assertFaithful()
        return first
      } catch (error) {
        const said = await own.log().catch(() => 'no Landfall is there')
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${said}`)
      } finally {
        await own.close()
      }
    },
  },
]

/** Merges a change of Landfall and sees from outside that it ended once, by the one that was brought. */
async function deployItself(own: OwnDeployment, title: string): Promise<string> {
  const { host, repository, scenario } = own
  const [before, told] = [new Date(), scenario.github.deliveries.length]
  const { sha, image } = await own.merge(title)
  await repository.waitForStatus(sha, context, 'success', 60)

  const acts = await actsOn(own, project)
  const generation = Math.max(...acts.map((act) => act.generation))
  const switches = acts.filter((act) => act.generation === generation && act.verb === 'switch')
  const [ordered, ...later] = [...new Set(switches.map(({ turn }) => turn))]
  assert.equal(later.length, 1, 'the moment was missed: one and the same worker began and ended the switch')
  const outcomes = switches.map(({ turn, outcome }) => `${turn === ordered ? 'old' : 'new'} ${outcome}`)
  assert.deepEqual(outcomes, ['old began', 'old switched', 'new began', 'new switched'])

  const events = await eventsSince(own, before, project)
  const changes = events.filter((event) => /^(die|start) /.test(event)).map((event) => event.replace(/ \S*landfall-1/, ''))
  assert.deepEqual(changes, ['die with 0', 'start'], 'the old one ended in an orderly way, and one new one was started')
  const [running, ...others] = await containersOf({ host }, project)
  assert.equal(others.length, 0)
  assert.ok(running?.reference.endsWith(image.digest), `${running?.reference} runs instead of ${image.digest}`)

  const successes = repository.statuses(sha).filter((status) => status.context === context && status.state === 'success')
  assert.equal(successes.length, 1, 'the commit status says success more than once')
  const deployments = repository.deployments().filter((deployment) => deployment.sha === sha)
  assert.equal(deployments.length, 1, 'the merge has more than one deployment on GitHub')
  const sent = scenario.github.deliveries.slice(told).filter(({ redelivery }) => redelivery)
  assert.deepEqual([...new Set(sent.map(({ statusCode }) => statusCode))], [200])
  return 'the old one ended with 0 in the middle of its own switch, the host went on alone, the new one proved itself; started once, told once'
}
