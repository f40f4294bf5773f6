import assert from 'node:assert/strict'
import { type Merged, openShop, type Shop } from '../../lab/landfall/shop.ts'
import { containersOf } from '../containers.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import type { FaultTown } from '../towns.ts'

/** Within so many seconds a refusal is told; a registry that says nothing is given up after ten and asked again. */
const failsWithin = 10
const asksToWait = 4

/** What the registry is asked for in the shop's name. */
const ofShop = /\/acme\/shop\//

const refused: Fault = {
  row: 'F15',
  injected: 'the registry answers 401, asked for the tag and during the pull',
  on: 'one machine',
  async run(town) {
    const { registry } = town.scenario.lab
    const asked = await nothingStopped(town, async () => {
      registry.requireBasic({ username: 'somebody', password: 'else' })
      const { merged, status } = await town.merge({ title: 'No login for the tag' }, 'failure')
      return `${status.description} (${secondsSince(merged)})`
    })
    registry.behave()
    const pulled = await nothingStopped(town, async () => {
      const merged = await beforeThePull(town, () => registry.requireBasic({ username: 'somebody', password: 'else' }))
      const { description } = await town.ended(merged, 'failure')
      return `${description} (${secondsSince(merged)})`
    })
    registry.behave()
    return `nothing stopped; people read: ${asked}; ${pulled}`
  },
}

const busy: Fault = {
  row: 'F15',
  injected: `the registry answers 429 with Retry-After: ${asksToWait}, asked for the tag and during the pull`,
  on: 'one machine',
  async run(town) {
    const { registry } = town.scenario.lab
    registry.fail({ status: 429, retryAfter: asksToWait, when: /\/acme\/shop\/manifests\//, times: 1 })
    const askedFor = () => registry.requests.filter(({ path }) => ofShop.test(path))
    const merged = await nothingStopped(town, async () => {
      const begun = await town.begin({ title: 'Too many requests for the tag' })
      const refusal = await eventually('a refusal', () => (askedFor().some(({ status }) => status === 429) ? performance.now() : undefined))
      const soFar = askedFor().length
      const again = await eventually('the next request', () => (askedFor().length > soFar ? performance.now() : undefined))
      assert.ok((again - refusal) / 1000 > asksToWait - 0.5, `asked again after ${((again - refusal) / 1000).toFixed(1)} s already`)
      return begun
    })
    await town.ended(merged, 'success')
    registry.behave()
    const pulled = await nothingStopped(town, async () => {
      const begun = await beforeThePull(town, () => registry.fail({ status: 429, retryAfter: asksToWait, when: ofShop }))
      return (await town.ended(begun, 'failure')).description
    })
    registry.behave()
    return `nothing stopped; asked for the tag again when it may be, then deployed; during the pull people read: ${pulled}`
  },
}

const silent: Fault = {
  row: 'F15',
  injected: 'the registry says nothing, asked for the tag and during the pull',
  on: 'one machine',
  async run(town) {
    const { github, lab } = town.scenario
    // Docker's patience is long: another shop of the same host waits for it meanwhile.
    const slow = await openShop(github, lab.registry, { name: 'slow', hosts: [town.host.name], within: 20 })
    const opened = await slow.merge({ title: 'The other shop opens' })
    await slow.repository.waitForStatus(opened.sha, 'landfall/production', 'success', 30)
    const [pulling, deployed] = await Promise.all([
      nothingStopped(town, () => hangDuringPull(town, slow), 'slow'),
      nothingStopped(town, () => hangBeforePull(town)),
    ])
    await town.ended(deployed, 'success')
    lab.registry.behave()
    await town.host.sh('docker rm -f $(docker ps -aq --filter label=com.docker.compose.project=slow)')
    return `nothing stopped; asked for the tag again until it answered, then deployed; during the pull people read: ${pulling}`
  },
}

async function hangBeforePull(town: FaultTown): Promise<Merged> {
  const { registry } = town.scenario.lab
  registry.hang({ when: ofShop })
  const merged = await town.begin({ title: 'No answer for the tag' })
  const { description } = await eventually('people told that the registry does not answer', () =>
    town.shop.repository.statuses(merged.sha).findLast(({ description: said }) => said?.includes('did not serve')),
  )
  assert.match(description ?? '', /registry/)
  registry.behave()
  return merged
}

async function hangDuringPull(town: FaultTown, slow: Shop): Promise<string | null> {
  const order = await town.gates.hold('order', 'put')
  const merged = await slow.merge({ title: 'No answer during the pull' })
  await order.arrived()
  town.scenario.lab.registry.hang({ when: /\/acme\/slow\// })
  await order.release()
  const { description } = await slow.repository.waitForStatus(merged.sha, 'landfall/production', 'failure', 100)
  assert.match(description ?? '', /made no progress/)
  return description
}

/** Begins a merge and does something in the moment between the last question of Landfall and the first of Docker. */
async function beforeThePull(town: FaultTown, act: () => void): Promise<Merged> {
  const order = await town.gates.hold('order', 'put')
  const merged = await town.begin({ title: 'Trouble during the pull' })
  await order.arrived()
  act()
  await order.release()
  return merged
}

async function nothingStopped<T>(town: FaultTown, meanwhile: () => Promise<T>, project = 'shop'): Promise<T> {
  const before = await containersOf(town, project)
  const result = await meanwhile()
  assert.deepEqual(await containersOf(town, project), before, 'something was stopped')
  return result
}

function secondsSince({ toldAt }: Merged): string {
  const seconds = (performance.now() - toldAt) / 1000
  assert.ok(seconds < failsWithin, `told after ${seconds.toFixed(1)} s only`)
  return `${seconds.toFixed(1)} s`
}

export const registry: Fault[] = [refused, busy, silent]
