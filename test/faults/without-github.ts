import assert from 'node:assert/strict'
import { recordsOf } from '../lab/landfall/records.ts'
import type { Merged } from '../lab/landfall/shop.ts'
import { containersOf } from './containers.ts'
import { eventually } from './eventually.ts'
import { openWork } from './settled.ts'
import { toldOnce } from './told-once.ts'
import type { FaultTown } from './towns.ts'

const context = 'landfall/production'

/**
 * Takes GitHub away at the moment a merge is about to be switched to. Resolves once the merge runs and is proved all the same, while
 * GitHub shows what it showed before.
 */
export async function deployWithout(town: FaultTown, title: string, takeAway: () => void): Promise<{ merged: Merged; shown: number }> {
  const { repository } = town.shop
  const order = await town.gates.hold('order', 'switch')
  const merged = await town.begin({ title })
  await order.arrived()
  const records = recordsOf(town.scenario.environment)
  await eventually('GitHub knows all there is to know', async () => {
    const left = await openWork(records)
    return left.some((work) => work.startsWith('report')) ? undefined : left
  })
  takeAway()
  const shown = repository.statuses(merged.sha).length
  await order.release()
  await eventually('the deployment succeeds', async () => {
    const found = (await records.deployments()).find(({ revision }) => revision === merged.sha)
    return found?.state === 'succeeded' ? found : undefined
  })
  const web = (await containersOf(town)).find(({ service }) => service === 'web')
  assert.ok(web?.reference.endsWith(merged.digest), 'what was merged does not run')
  assert.equal(repository.statuses(merged.sha).length, shown, 'the moment was missed: GitHub was told')
  return { merged, shown }
}

/** Sees that GitHub was told everything once and in order, and the states in between that nobody could see not at all. */
export async function caughtUp(town: FaultTown, { merged, shown }: { merged: Merged; shown: number }): Promise<void> {
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
export const pausesSince = (town: FaultTown, seen: number): number[] => putOffSince(town, seen).map(({ pause }) => Number(pause))

/** Whether each of what a deployment shows on GitHub was put off since, so that none is on its way any more when GitHub or the time changes. */
export function eachPutOffSince(town: FaultTown, seen: number): boolean {
  const surfaces = new Set(putOffSince(town, seen).map(({ surface }) => surface))
  return ['status', 'deployment', 'check'].every((surface) => surfaces.has(surface))
}

const putOffSince = ({ scenario }: FaultTown, seen: number) =>
  scenario.landfall.log.slice(seen).filter(({ msg }) => msg === 'report put off')
