import { expect, test } from 'vitest'
import type { PullRequestFacts } from '../../src/flow/ports.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { openTown, type Town } from '../support/town.ts'

/** Who opens a pull request on a branch that holds what was rolled back; the revert is as open as it is said. */
async function afterRollback(revert: Partial<PullRequestFacts>): Promise<Town> {
  const town = await openTown()
  await town.deploy({ 'a.txt': 'one' })
  const bad = await town.deploy({ 'a.txt': 'two' })
  await town.tellComment('/rollback')
  await town.quiet()
  const [opened] = town.github.opened
  expect(opened?.title).toContain('Revert')
  town.github.pulls.set(101, {
    ...{ number: 101, title: '', author: 'landfall', bot: true, fork: false, state: 'open', draft: false, labels: [] },
    head: { branch: opened?.head ?? '', sha: bad.revision ?? '', repository: 'acme/shop' },
    ...{ base: { branch: 'main' }, ...revert },
  })
  return town
}

test('a pull request that would bring back what was rolled back says so, and which one takes it back', async () => {
  const town = await afterRollback({})
  await openPull(town, { 'b.txt': 'new' }, { number: 13 })
  expect(newestComment(town)).toMatch(/comes back with this: mona rolled it back on production.*Merge .*101 first/)
})

test('once that is merged nothing has to be said', async () => {
  const town = await afterRollback({ state: 'closed', merged: { commit: 'c'.repeat(40), by: 'mona' } })
  await openPull(town, { 'b.txt': 'new' }, { number: 13 })
  expect(newestComment(town)).not.toContain('comes back with this')
})

test('where nothing was rolled back GitHub is asked nothing more', async () => {
  const town = await openTown()
  await town.deploy()
  await openPull(town, { 'b.txt': 'new' }, { number: 13 })
  expect(town.github.calls.filter((call) => call === 'changes')).toEqual([])
})
