import assert from 'node:assert/strict'
import type { Fault } from '../fault.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'
import { caughtUp, deployWithout, pausesSince } from '../without-github.ts'

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
