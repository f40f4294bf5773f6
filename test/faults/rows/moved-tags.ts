import assert from 'node:assert/strict'
import { moveTag, pushApp } from '../../lab/images.ts'
import type { GatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { readPage } from '../../lab/landfall/town.ts'
import type { Fault } from '../fault.ts'
import { digestsOf, withGatedShop } from '../gated.ts'
import type { FaultTown } from '../towns.ts'

const bothHosts = ['web-1', 'web-2']

/** Points the commit's tag at another image, in the registry itself; resolves to that one's digest. */
async function move({ scenario }: FaultTown, { name }: GatedShop, { sha, digest }: Merged): Promise<string> {
  const { registry } = scenario.lab
  const repository = `acme/${name}`
  const other = await pushApp(registry, { repository, tag: 'other', version: 'something else', index: true })
  assert.notEqual(other.digest, digest)
  await moveTag(registry, repository, sha, other.digest)
  return other.digest
}

/** Sees that every host runs what was resolved, and that people are told where the tag went. */
async function ranAndTold(town: FaultTown, shop: GatedShop, { sha, digest }: Merged, to: string): Promise<void> {
  const { targetUrl } = await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  assert.deepEqual(
    await digestsOf(town, shop),
    bothHosts.map(() => digest),
  )
  const page = await readPage(targetUrl)
  assert.ok(page.includes(`was moved to ${to}`), 'the page does not tell of the move')
  const check = await shop.repository.waitForCheck(sha, 'Deploy to production', 'success', 30)
  assert.ok(check.output.text?.includes(to), 'the check run does not tell of the move')
}

const afterApproval: Fault = {
  row: 'F16',
  injected: 'the tag moved after the approval, on the way to two hosts',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'approved', gates: 'approve: { count: 1 }', hosts: bothHosts }, async (shop) => {
      assert.match(await shop.say('/lock production the database moves', 'peter'), /is locked/)
      const merged = await shop.merge({ title: 'Approved as it was' })
      await shop.asks(merged.sha)
      assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
      const to = await move(town, shop, merged)
      assert.deepEqual(await shop.states(merged.sha), ['waiting'], 'the moment was missed')
      assert.match(await shop.say('/unlock production', 'peter'), /is unlocked/)
      await ranAndTold(town, shop, merged, to)
      return 'both hosts run the digest that was approved; page and check run tell where the tag went'
    }),
}

const betweenHosts: Fault = {
  row: 'F16',
  injected: 'the tag moved when one host had pulled and the other had not',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'twins', gates: '', hosts: bothHosts }, async (shop) => {
      const order = await town.other.gates.hold('order', 'put')
      const merged = await shop.merge({ title: 'The same on both' })
      await order.arrived()
      await town.scenario.landfall.logged(({ msg, host, verb, code }) => {
        return msg === 'host command ended' && host === 'web-1' && verb === 'put' && code === 0
      })
      const to = await move(town, shop, merged)
      await order.release()
      await ranAndTold(town, shop, merged, to)
      return 'the second host pulled the digest resolved for the first; page and check run tell where the tag went'
    }),
}

export const movedTags: Fault[] = [afterApproval, betweenHosts]
