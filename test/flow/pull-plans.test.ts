import { expect, test } from 'vitest'
import type { Outlook, PullPlan } from '../../src/domain/pull-plan.ts'
import { problemsReason } from '../../src/domain/reason.ts'
import { plan, repository, sha } from '../support/builders.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

const { generation: _, ...draft } = plan()
const planned: Outlook = { kind: 'planned', environment: 'production', draft, unbuilt: [], closed: [] }
const nothing: Outlook = { kind: 'nothing', environment: 'production', why: 'only ignored files change' }
const refused: Outlook = {
  kind: 'refused',
  environment: 'production',
  reason: problemsReason('compose-invalid', [{ file: 'compose.yml', line: 3, what: 'unknown key', remedy: 'Remove it' }]),
}

/** Keeps what merging would do, as whoever computed it does, and lets it be told. */
async function compute(town: Town, outlook: Outlook, change: Partial<PullPlan> = {}): Promise<void> {
  const at = town.clock.now().toISOString()
  const computed = { repository, number: 12, head: sha('a'), base: 'main', fork: false, at, environments: [outlook], ...change }
  const surfaces = ['plan-check', 'plan-comment']
  await town.store.pullPlans.keep(
    computed,
    surfaces.map((surface) => ({ subject: 'pull:acme/shop#12', surface })),
  )
  await town.quiet()
}

test('what merging would do is one comment and one check on the head, both changed from then on', async () => {
  const town = await openTown()
  await compute(town, planned)
  expect(town.github.comments).toMatchObject([{ issue: 12, body: expect.stringContaining('web recreated') }])
  expect(town.github.checkRuns).toMatchObject([{ name: 'Landfall plan', revision: sha('a'), state: 'success' }])
  await compute(town, refused)
  expect(town.github.comments).toMatchObject([{ body: expect.stringContaining('The Compose file cannot be deployed') }])
  // What was told as completed stays so: another word is another run.
  expect(town.github.checkRuns.map(({ state, annotations }) => [state, annotations.length])).toEqual([
    ['success', 0],
    ['failure', 1],
  ])
  await compute(town, refused, { base: 'next' })
  expect(town.github.checkRuns[1]?.annotations).toHaveLength(1)
})

test('a new head has a check of its own, and the same comment', async () => {
  const town = await openTown()
  await compute(town, planned)
  await compute(town, planned, { head: sha('b') })
  expect(town.github.comments).toMatchObject([{ body: expect.stringContaining('bbbbbbb') }])
  expect(town.github.checkRuns.map(({ revision, state }) => [revision, state])).toEqual([
    [sha('a'), 'success'],
    [sha('b'), 'success'],
  ])
})

test('nothing is told again that is the same but for the moment', async () => {
  const town = await openTown()
  await compute(town, planned)
  const before = town.github.calls.length
  await town.pass(3600)
  await compute(town, planned)
  expect(town.github.calls.slice(before)).toEqual([])
})

test('a pull request that deploys nothing gets no comment, unless it has one that says otherwise', async () => {
  const town = await openTown()
  await compute(town, nothing)
  expect(town.github.comments).toEqual([])
  expect(town.github.checkRuns).toMatchObject([{ state: 'neutral', title: expect.stringContaining('Merging deploys nothing') }])
  await compute(town, planned)
  await compute(town, nothing)
  expect(town.github.comments).toMatchObject([{ body: expect.stringContaining('nothing; only ignored files change') }])
})

test.each(['comment', 'createCheck'] as const)('what GitHub did of %s although its answer got lost is not done again', async (request) => {
  const town = await openTown()
  let lost = false
  town.github.loses = (call) => {
    if (call !== request || lost) return undefined
    lost = true
    return httpError(502)
  }
  await compute(town, refused)
  await town.pass(30)
  expect(lost).toBe(true)
  expect(town.github.comments).toHaveLength(1)
  expect(town.github.checkRuns).toHaveLength(1)
  expect(town.github.checkRuns[0]?.annotations).toHaveLength(1)
})

test('a report of a plan that is not there is dropped', async () => {
  const town = await openTown()
  await town.store.reports.want([{ subject: 'pull:acme/shop#99', surface: 'plan-comment' }])
  await town.quiet(30)
  expect(town.github.calls).toEqual([])
})
