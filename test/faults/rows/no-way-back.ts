import assert from 'node:assert/strict'
import type { GatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import { readPage } from '../../lab/landfall/town.ts'
import { type Container, containersOf } from '../containers.ts'
import type { Fault } from '../fault.ts'
import { withGatedShop } from '../gated.ts'
import type { FaultTown } from '../towns.ts'

const bothHosts = ['web-1', 'web-2']
const context = 'landfall/production'

/** Given up soon, forwards and on the way back. */
function soonGivenUp({ files }: GatedShop): Record<string, string> {
  const path = '.github/landfall.yml'
  return { [path]: (files[path] ?? '').replaceAll('within: 20s', 'within: 3s') }
}

/** Merges what fails on both hosts, spoils the way back on the second one, and sees that people are told and nothing else was made worse. */
async function halts(
  town: FaultTown,
  shop: GatedShop,
  spoil: (good: Merged, order: { goOn(): Promise<void> }) => Promise<void>,
): Promise<string> {
  const { host: second, gates } = town.other
  const good = await shop.merge({ title: 'Good', files: soonGivenUp(shop) })
  await shop.repository.waitForStatus(good.sha, context, 'success', 60)
  const [one, two] = [await containersOf(town, shop.name), await containersOf({ host: second }, shop.name)]
  const order = await gates.hold('order', 'restore')
  const bad = await shop.merge({ title: 'Bad', behaviour: 'unhealthy', files: soonGivenUp(shop) })
  await order.arrived(40)
  await spoil(good, { goOn: () => order.release() })
  const { description, targetUrl } = await shop.repository.waitForStatus(bad.sha, context, 'error', 90)
  assert.match(await readPage(targetUrl), /The way back failed on web-2/)

  const [oneNow, twoNow] = [await containersOf(town, shop.name), await containersOf({ host: second }, shop.name)]
  assert.equal(named('web')(oneNow)?.reference, named('web')(one)?.reference, 'the other host did not return')
  assert.deepEqual([named('db')(oneNow), named('db')(twoNow)], [named('db')(one), named('db')(two)], 'a database was touched')
  assert.ok(named('web')(twoNow), 'not even the new release is left on the host that could not return')

  const next = await shop.merge({ title: 'Corrected' })
  await shop.repository.waitForStatus(next.sha, context, 'success', 60)
  return `halted, loudly: ${description}. The other host returned, what failed was left, and the next merge went to both`
}

const named = (service: string) => (all: readonly Container[]) => all.find((each) => each.service === service)

const pruned: Fault = {
  row: 'F27',
  injected: 'the image to go back to is gone, on one of two hosts and from the registry',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'pruned', gates: '', hosts: bothHosts }, (shop) =>
      halts(town, shop, async ({ digest }, { goOn }) => {
        const { registry } = town.scenario.lab
        const image = `${registry.address}/acme/${shop.name}@${digest}`
        await town.other.host.docker('image', 'rm', '--force', image)
        const gone = await fetch(`${registry.storage}/v2/acme/${shop.name}/manifests/${digest}`, { method: 'DELETE' })
        assert.equal(gone.status, 202)
        await goOn()
      }),
    ),
}

const unwell: Fault = {
  row: 'F27',
  injected: 'the release to go back to is not well any more, on one of two hosts',
  on: 'one machine',
  run: (town) =>
    withGatedShop(town, { name: 'frail', gates: '', hosts: bothHosts }, (shop) =>
      halts(town, shop, async (_good, { goOn }) => {
        const { host, gates } = town.other
        // It would be proved in no time: whoever asks how it is waits until it is not well.
        const probe = await gates.hold('order', 'probe')
        await goOn()
        await probe.arrived(40)
        const { id } = named('web')(await containersOf({ host }, shop.name)) ?? {}
        assert.ok(id, 'the old release was not started again')
        await host.docker('pause', id)
        await probe.release()
      }),
    ),
}

export const noWayBack: Fault[] = [pruned, unwell]
