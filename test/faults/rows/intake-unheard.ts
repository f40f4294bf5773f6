import assert from 'node:assert/strict'
import { recordsOf } from '../../lab/landfall/records.ts'
import { restartedWith } from '../../lab/landfall/restarted.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { skewedClock } from '../../lab/skewed-clock.ts'
import { containersOf } from '../containers.ts'
import type { Fault } from '../fault.ts'
import { webStarts } from '../host-record.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

/** How often Landfall is told to look for itself; each pause varies by a fifth. */
const pollSeconds = 2
/** A look itself takes its time on a busy machine. */
const latestSeconds = pollSeconds * 1.2 + 5
const looking = { LANDFALL_POLL_SECONDS: String(pollSeconds) }

const neverDelivered: Fault = {
  row: 'F10',
  injected: 'no public address: GitHub never sends anything',
  run(town) {
    const { scenario, shop } = town
    const address = scenario.github.webhookUrl
    const up = async () => {
      const since = new Date()
      const log = () => scenario.landfall.log
      const sent = received(town)
      const merged = await town.begin({ title: 'Nobody tells', told: 'never' })
      const pushed = Date.now()
      await town.ended(merged, 'success')
      await toldOnce(town, merged)
      const found = log().find(({ msg, after }) => msg === 'branch or tag moved' && after === merged.sha)
      const foundAfter = ((found?.time ?? Number.NaN) - pushed) / 1000
      assert.ok(foundAfter < latestSeconds, `found after ${foundAfter} s`)

      const commented = Date.now()
      const { id } = await shop.repository.commentOn(merged.pullRequest, '/rollback', 'mona')
      await shop.repository.waitForReaction(id, 'eyes', 20)
      const heardAfter = (Date.now() - commented) / 1000
      assert.ok(heardAfter < latestSeconds, `heard after ${heardAfter} s`)
      await shop.repository.waitForComment(merged.pullRequest, /went back to/, 30)
      await settled(town)
      assert.equal(answersOn(town, merged).length, 1)
      assert.equal(await webStarts(town, since), 2)
      assert.equal(received(town), sent, 'the moment was missed: a webhook came through')
      return `looking every ${pollSeconds} s: merge found ${Math.max(0, foundAfter).toFixed(1)} s after its image was there, comment heard after ${heardAfter.toFixed(1)} s; each done once`
    }
    const down = async () => {
      scenario.github.webhookUrl = undefined
    }
    return restartedWith(scenario, looking, { down, up }).finally(() => {
      scenario.github.webhookUrl = address
    })
  },
}

const day = 24 * 3600

const downForADay: Fault = {
  row: 'F10',
  injected: 'Landfall down for a day, by every clock: three merges, one told by nothing, and a /rollback',
  on: 'one machine',
  async run(town) {
    const { scenario, shop } = town
    const { github } = scenario
    const { query, deployments } = recordsOf(scenario.environment)
    const clock = await skewedClock(scenario.lab.folder, day)
    const merges: Merged[] = []
    const guids: string[] = []
    const down = async () => {
      for (const told of ['later', 'later', 'never'] as const)
        merges.push(await town.begin({ title: `Told ${told}, while nobody listens`, told }))
      const [, , last] = merges
      const { deliveries } = await shop.repository.commentOn(last?.pullRequest ?? 0, '/rollback', 'mona')
      guids.push(...merges.flatMap((merged) => merged.guids), ...deliveries.map(({ guid }) => guid))
      assert.ok(
        guids.length >= 5 && github.deliveries.filter(({ guid, statusCode }) => guids.includes(guid) && statusCode < 300).length === 0,
      )
      github.faults.clock(day)
    }
    const endOf = ({ sha }: Merged) => shop.repository.statuses(sha).at(-1)?.state ?? 'pending'
    const up = async () => {
      const [first, second, third] = merges
      assert.ok(first && second && third)
      // Which of the two comes first is for Landfall to say: nobody tells in which order they were wished.
      await shop.repository.waitForComment(third.pullRequest, /went back to|was refused/, 60)
      await github.until('the head is done with', () => endOf(third) !== 'pending' || undefined, 60)
      await settled(town)
      const again = github.deliveries.filter(({ guid, redelivery, statusCode }) => guids.includes(guid) && redelivery && statusCode === 200)
      assert.deepEqual(new Set(again.map(({ guid }) => guid)), new Set(guids), 'not every failed delivery was asked for again')
      const replayed = (await query('select guid from replays')).map(({ guid }) => String(guid))
      assert.deepEqual(new Set(replayed.filter((guid) => guids.includes(guid))), new Set(guids), 'not every replay is recorded')
      const made = await deployments()
      const brought = made.filter(({ revision, kind }) => revision === third.sha && kind === 'deploy').map(({ state }) => state)
      // Wished while it was on its way, the rollback took it back.
      assert.ok(
        ['succeeded', 'superseded', 'cancelled', 'rolled-back'].includes(brought.join()),
        `the head was brought so: ${brought.join()}`,
      )
      for (const { sha } of [first, second]) {
        assert.deepEqual(
          made.filter(({ revision, state }) => revision === sha && state !== 'superseded'),
          [],
        )
        assert.match(shop.repository.statuses(sha).at(-1)?.description ?? '', /^Overtaken by /)
      }
      assert.equal(answersOn(town, third).length, 1)
      const runs = (await containersOf(town)).find(({ service }) => service === 'web')?.reference ?? ''
      const last = made.findLast(({ state }) => state === 'succeeded')
      assert.equal(runs.includes(third.digest), last?.revision === third.sha, 'something else runs than was deployed last')
      return `head ${brought.join()} once, the two before it superseded, the /rollback answered once; ${guids.length} deliveries asked for again and recorded`
    }
    try {
      return await restartedWith(scenario, { ...looking, ...clock.environment }, { down, up })
    } finally {
      github.faults.clock(0)
      // GitHub's clock went back, and with it the time after which comments are new.
      await query("delete from seen where place = 'comments'")
    }
  },
}

/** How many webhooks came through so far. */
const received = ({ scenario }: FaultTown): number => scenario.github.deliveries.filter(({ statusCode }) => statusCode < 300).length

/** What Landfall said on a merge's pull request. */
const answersOn = ({ shop }: FaultTown, { pullRequest }: Merged) =>
  shop.repository.comments(pullRequest).filter(({ author }) => author.type === 'Bot')

export const intakeUnheard: Fault[] = [neverDelivered, downForADay]
