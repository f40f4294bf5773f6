import { expect, test } from 'vitest'
import { openTown } from '../support/town.ts'

/** An App that was registered before it asked for `checks: write`. */
async function modest() {
  const town = await openTown()
  town.github.mayWriteChecks = false
  const asked = () => town.github.calls.filter((call) => /Check$/.test(call)).length
  return { town, asked }
}

test('a broken file that was pushed without a pull request is told as a commit status', async () => {
  const { town, asked } = await modest()
  const sha = town.commit({ '.github/landfall.yml': 'version: 1\nprojct: x\n' })
  await town.tellPush(sha)
  await town.pass(3600)
  expect(town.github.statusesOf(sha, 'landfall/configuration')).toEqual([
    ['failure', expect.stringContaining('2 problems, first .github/landfall.yml:1:1')],
  ])
  expect(town.github.statuses.find(({ context }) => context === 'landfall/configuration')?.url).toContain('.github/landfall.yml#L1')
  expect(asked()).toBe(1)
})

test('where checks may be written there is no such status', async () => {
  const { town } = await modest()
  town.github.mayWriteChecks = true
  const sha = town.commit({ '.github/landfall.yml': 'version: 1\nprojct: x\n' })
  await town.tellPush(sha)
  await town.quiet()
  expect(town.github.checkRuns).toMatchObject([{ revision: sha, name: 'Landfall configuration', state: 'failure' }])
  expect(town.github.statusesOf(sha, 'landfall/configuration')).toEqual([])
})

test('a deployment goes its way, GitHub is not asked over and over, and the check is made once that is allowed', async () => {
  const { town, asked } = await modest()
  const { id, state } = await town.deploy()
  expect(state).toBe('succeeded')
  const tries = asked()
  expect(tries).toBeLessThanOrEqual(6)
  await town.pass(3600)
  expect(asked()).toBe(tries)
  town.github.mayWriteChecks = true
  await town.store.reports.want([{ subject: `deployment:${id}`, surface: 'check' }])
  await town.quiet()
  expect(town.github.checkRuns).toMatchObject([{ externalId: id, state: 'success' }])
})
