import assert from 'node:assert/strict'
import type { GatedShop } from '../../lab/landfall/gated-shop.ts'
import { containersOf } from '../containers.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { digestsOf, withGatedShop } from '../gated.ts'
import { settled } from '../settled.ts'
import type { FaultTown } from '../towns.ts'

const bothHosts = ['web-1', 'web-2']
const context = 'landfall/production'

/** Keeps the second host's sshd stopped for as long as this takes. */
async function withoutSecond<T>(town: FaultTown, act: () => Promise<T>): Promise<T> {
  await town.other.host.sshd.stop()
  try {
    return await act()
  } finally {
    await town.other.host.sshd.start()
  }
}

const statesOf = ({ repository }: GatedShop, sha: string): string[] =>
  repository.statuses(sha).flatMap((one) => (one.context === context ? [one.state] : []))

const fails: Fault = {
  row: 'F24',
  injected: 'one of two hosts unreachable before the start',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'both', gates: '', hosts: bothHosts }, async (shop) => {
      const before = await containersOf(town, shop.name)
      const { sha } = await withoutSecond(town, async () => {
        const merged = await shop.merge({ title: 'One is not there' })
        await shop.repository.waitForStatus(merged.sha, context, 'failure', 60)
        return merged
      })
      assert.deepEqual(await containersOf(town, shop.name), before, 'the host that was there was touched')
      assert.equal(statesOf(shop, sha).includes('success'), false)
      assert.match(await shop.say('/retry', 'mona'), /production/)
      await shop.repository.waitForStatus(sha, context, 'success', 60)
      return 'failed before any host was touched; with the host back /retry brought it to both'
    }),
}

const skipped: Fault = {
  row: 'F24',
  injected: 'the same with `unreachable: skip`, and Landfall killed before the host is back',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'some', gates: 'rollout: { unreachable: skip }', hosts: bothHosts }, async (shop) => {
      const there = await withoutSecond(town, async () => {
        const merged = await shop.merge({ title: 'Goes without' })
        const { description } = await shop.repository.waitForStatus(merged.sha, context, 'error', 60)
        assert.match(description ?? '', /verified on 1 of 2 hosts; web-2 is away/)
        assert.deepEqual(await digestsOf(town, shop), [merged.digest, shop.opened.digest])
        await settled(town)
        await town.scenario.landfall.kill()
        await town.scenario.restart()
        return { ...merged, containers: await containersOf(town, shop.name) }
      })
      assert.equal(statesOf(shop, there.sha).includes('success'), false, 'it was called a success while a host had not got it')
      await eventually('the host that is back brought up', () => (statesOf(shop, there.sha).at(-1) === 'success' ? true : undefined), 60)
      assert.deepEqual(await digestsOf(town, shop), [there.digest, there.digest])
      assert.deepEqual(await containersOf(town, shop.name), there.containers, 'something restarted on the host that had it')
      return 'the other host got it and it was an error until the first was back, which was brought up by itself; nothing restarted on the other'
    }),
}

export const hostsAway: Fault[] = [fails, skipped]
