import assert from 'node:assert/strict'
import { pushApp } from '../../lab/images.ts'
import type { GatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { digestsOf, withGatedShop } from '../gated.ts'
import type { FaultTown } from '../towns.ts'

const gates = 'approve: { count: 1 }'

/** Puts something else in the place of what waits; GitHub tells of it now, or never. Resolves to the commit. */
async function force(town: FaultTown, shop: GatedShop, told: true | 'never'): Promise<string> {
  const { name, repository, opened, files } = shop
  await repository.forcePush('main', opened.sha, { deliver: 'never' })
  const { sha } = await repository.push('main', { ...files, 'other.txt': 'instead\n' }, { deliver: 'never' })
  await pushApp(town.scenario.lab.registry, { repository: `acme/${name}`, tag: sha, version: sha, index: true })
  if (told === true) await tellOf(town, shop, sha)
  return sha
}

/** GitHub tells of where the branch is. */
async function tellOf({ scenario }: FaultTown, { repository }: GatedShop, sha: string): Promise<void> {
  const { deliveries } = await repository.forcePush('main', sha, { deliver: false })
  for (const { guid } of deliveries) await scenario.github.redeliver(guid)
}

/** Sees that the one never ran, and that the other is asked about and goes once somebody agreed to it. */
async function askedAnew(town: FaultTown, shop: GatedShop, gone: Merged, instead: string): Promise<void> {
  await shop.asks(instead)
  assert.ok(!(await shop.states(gone.sha)).includes('succeeded'))
  assert.deepEqual(await shop.states(instead), ['waiting'])
  assert.deepEqual(await digestsOf(town, shop), [shop.opened.digest], 'something ran that nobody approved')
  assert.match(await shop.say('/approve', 'octocat'), /is approved for production/)
  await shop.reaches(instead, 'succeeded')
}

/** Everything that was put on the host for the shop so far. */
const putsOn = async ({ host }: FaultTown, { name }: GatedShop): Promise<number> =>
  Number((await host.sh(`grep -c ' put ' /var/lib/landfall/${name}/production/log || true`)).trim())

const told: Fault = {
  row: 'F18',
  injected: 'a force-push after the approval, and an approval written before and delivered after it',
  on: 'several machines',
  run: (town) =>
    withGatedShop(town, { name: 'forced', gates }, async (shop) => {
      const { github } = town.scenario
      assert.match(await shop.say('/lock production the database moves', 'peter'), /is locked/)
      const approved = await shop.merge({ title: 'Approved' })
      await shop.asks(approved.sha)
      assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
      const late = await shop.write('/approve', 'octocat')
      const sha = await force(town, shop, true)
      await shop.asks(sha)
      for (const { guid } of late.deliveries) await github.redeliver(guid)
      assert.match(await shop.answered(late.issue), /not what was shown/)
      assert.match(await shop.say('/unlock production', 'peter'), /is unlocked/)
      await askedAnew(town, shop, approved, sha)
      const [end = ''] = await shop.states(approved.sha)
      assert.match(end, /^(superseded|rejected)$/)
      return `what was approved is ${end}, the late approval refused as one for something older, what is there now asked about anew`
    }),
}

const untold: Fault = {
  row: 'F18',
  injected: 'a force-push of which no webhook comes, before and after the approval',
  on: 'several machines',
  run: (town) =>
    withGatedShop(town, { name: 'silent', gates }, async (shop) => {
      const first = await shop.merge({ title: 'Gone before it was approved' })
      await shop.asks(first.sha)
      const between = await force(town, shop, 'never')
      assert.match(await shop.say('/approve', 'lisa'), /is not part of branch main/)
      assert.match(await shop.say('/lock production the database moves', 'peter'), /is locked/)
      const second = await shop.merge({ title: 'Gone after it was approved' })
      await shop.asks(second.sha)
      assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
      const sha = await force(town, shop, 'never')
      assert.match(await shop.say('/unlock production', 'peter'), /is unlocked/)
      await shop.reaches(second.sha, 'rejected')
      assert.deepEqual([await shop.states(first.sha), await shop.states(between)], [['superseded'], []])
      // A look would find it within a minute.
      await tellOf(town, shop, sha)
      await askedAnew(town, shop, second, sha)
      return 'refused to whoever approves it and when it would have gone: the branch is asked, and not only its webhooks'
    }),
}

const whilePlanned: Fault = {
  row: 'F18',
  injected: 'a force-push while what was approved is planned, and while Landfall is dead before its first order',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'planned', gates }, async (shop) => {
      const { scenario, gates: doors } = town
      const planning = await shop.merge({ title: 'Approved and being planned' })
      await shop.asks(planning.sha)
      const puts = await putsOn(town, shop)
      const looking = await doors.hold('order', 'inspect')
      const { deliveries } = await shop.write('/approve', 'lisa')
      for (const { guid } of deliveries) await scenario.github.redeliver(guid)
      await looking.arrived()
      await force(town, shop, 'never')
      await looking.release()
      await shop.reaches(planning.sha, 'rejected')
      assert.equal(await putsOn(town, shop), puts, 'the host was written to')

      const dying = await diesPlanned(town, shop)
      await force(town, shop, 'never')
      await scenario.restart()
      await shop.reaches(dying.sha, 'rejected')
      assert.equal(await putsOn(town, shop), puts, 'the host was written to')
      const sha = await force(town, shop, true)
      await askedAnew(town, shop, dying, sha)
      return 'refused both times before anything was put on the host; what is there now is asked about anew'
    }),
}

/** Merges and approves something, and kills Landfall when its plan is stored and no host has heard of it. */
async function diesPlanned({ scenario, gates: doors }: FaultTown, shop: GatedShop): Promise<Merged> {
  const { github, landfall } = scenario
  const merged = await shop.merge({ title: 'Approved and planned' })
  await shop.asks(merged.sha)
  const looking = await doors.hold('order', 'inspect')
  const { deliveries } = await shop.write('/approve', 'lisa')
  for (const { guid } of deliveries) await github.redeliver(guid)
  await looking.arrived()
  // The last look asks where the branch is, and hears nothing.
  const silence = github.faults.disturb(/^GET \/repos\/acme\/planned\/commits\/heads/, 'unanswered')
  await looking.release()
  await shop.reaches(merged.sha, 'planned')
  await eventually('the last look', () => (silence.hits > 0 ? true : undefined))
  await landfall.kill()
  silence.end()
  assert.deepEqual(await shop.states(merged.sha), ['planned'], 'the moment was missed')
  return merged
}

export const forcedPushes: Fault[] = [told, untold, whilePlanned]
