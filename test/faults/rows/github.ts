import assert from 'node:assert/strict'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { containersOf } from '../containers.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

const context = 'landfall/production'

/**
 * Takes GitHub away at the moment a merge is about to be switched to. Resolves once the merge runs and is proved all the same, while
 * GitHub shows what it showed before.
 */
async function deployWithout(town: FaultTown, title: string, takeAway: () => void): Promise<{ merged: Merged; shown: number }> {
  const { repository } = town.shop
  const order = await town.gates.hold('order', 'switch')
  const merged = await town.begin({ title })
  await order.arrived()
  await town.ended(merged, 'pending')
  takeAway()
  const shown = repository.statuses(merged.sha).length
  await order.release()
  await eventually('the deployment succeeds', async () => {
    const found = (await recordsOf(town.scenario.environment).deployments()).find(({ revision }) => revision === merged.sha)
    return found?.state === 'succeeded' ? found : undefined
  })
  const web = (await containersOf(town)).find(({ service }) => service === 'web')
  assert.ok(web?.reference.endsWith(merged.digest), 'what was merged does not run')
  assert.equal(repository.statuses(merged.sha).length, shown, 'the moment was missed: GitHub was told')
  return { merged, shown }
}

/** Sees that GitHub was told everything once and in order, and the states in between that nobody could see not at all. */
async function caughtUp(town: FaultTown, { merged, shown }: { merged: Merged; shown: number }): Promise<void> {
  await town.ended(merged, 'success')
  await toldOnce(town, merged)
  const { repository } = town.shop
  const later = repository.statuses(merged.sha).filter((status) => status.context === context)
  assert.deepEqual(
    later.slice(shown).map(({ state }) => state),
    ['success'],
  )
  const [deployment] = repository.deployments().filter(({ sha }) => sha === merged.sha)
  assert.deepEqual(
    deployment?.statuses.map(({ state }) => state),
    ['in_progress', 'success'],
  )
}

/** How long each report was put off since, in seconds. */
const pausesSince = ({ scenario }: FaultTown, seen: number): number[] =>
  scenario.landfall.log.slice(seen).flatMap(({ msg, pause }) => (msg === 'report put off' ? [Number(pause)] : []))

const serverErrors: Fault = {
  row: 'F20',
  injected: 'GitHub answering 502 to everything, beginning while a deployment is under way',
  async run(town) {
    const { github, landfall } = town.scenario
    const seen = landfall.log.length
    const deployed = await deployWithout(town, 'GitHub goes down', () => github.faults.outage(true))
    await landfall.logged(() => pausesSince(town, seen).length >= 6)
    const back = performance.now()
    github.faults.outage(false)
    await caughtUp(town, deployed)
    const seconds = ((performance.now() - back) / 1000).toFixed(1)
    return `deployed and proved meanwhile; ${pausesSince(town, seen).length} reports put off, caught up ${seconds} s after GitHub was back, in order, each once`
  },
}

const lostAnswers: Fault = {
  row: 'F20',
  injected: 'GitHub carrying out what it is asked, and then answering 502 or breaking off',
  async run(town) {
    const { repository } = town.shop
    const { faults } = town.scenario.github
    const creations = [/^POST .*\/deployments$/, /^POST .*\/deployments\/\d+\/statuses$/, /^POST .*\/statuses\/[0-9a-f]{40}$/]
    const lost = creations.map((matching) => faults.disturb(matching, 'answer-lost', 1))
    const merged = await town.begin({ title: 'Answers are lost' })
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    await settled(town)
    assert.deepEqual(
      lost.map(({ hits }) => hits),
      [1, 1, 1],
      'the moment was missed',
    )
    const cut = faults.disturb(/^POST .*\/comments$/, 'answer-cut', 1)
    await repository.commentOn(merged.pullRequest, '/rollback', 'mona')
    await repository.waitForComment(merged.pullRequest, /went back to/, 60)
    await settled(town)
    assert.equal(cut.hits, 1, 'the moment was missed')
    const own = repository.comments(merged.pullRequest).filter(({ author }) => author.type === 'Bot')
    assert.equal(own.length, 1, 'the command was answered more than once')
    return 'a deployment, its status, a commit status and a comment each made once, although nobody heard that they were'
  },
}

export const github: Fault[] = [serverErrors, lostAnswers]
