import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { openTown, type Town } from './lab/landfall/town.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.close())

const running = async () => (await lookAtHost(town.host, 'shop')).running
const landfallFile = '.github/landfall.yml'

/** The shop's file with another source of production, and more at its end. */
const changed = (source: string, more = '') => ({
  [landfallFile]: `${(town.files[landfallFile] ?? '').replace('branch: "main"', source)}${more}`,
})

/** Waits until a commit was found to need nothing; resolves to why. */
async function needsNothing(sha: string): Promise<unknown> {
  const isPush = ({ payload }: { payload: Record<string, unknown> }) => payload.after === sha
  const guid = town.scenario.github.deliveries.find(isPush)?.guid
  const { intent } = await town.scenario.landfall.logged(({ msg, delivery }) => msg === 'intent stored' && delivery === guid)
  return (await town.scenario.landfall.logged((line) => line.msg === 'intent needs nothing' && line.intent === intent)).why
}

test('a change of ignored files goes nowhere, and the next brings everything', async () => {
  const ignoring = changed('branch: main', 'paths: { ignore: [README.md, docs/**] }\n')
  const { merged: first } = await town.merge({ title: 'The shop opens', files: ignoring }, 'success')
  const told = await town.shop.repository.push('main', { 'README.md': '# Our shop\n' })
  expect(await needsNothing(told.sha)).toBe('only ignored files changed: README.md, which `paths` leaves out')
  expect(await running()).toBe(first.digest)
  expect(town.shop.repository.statuses(told.sha)).toEqual([])
  await town.merge({ title: 'A colour', files: ignoring }, 'success')
}, 120_000)

test('a branch whose own file claims production gets nothing of it', async () => {
  const { repository } = town.shop
  const before = await running()
  const { sha } = await repository.push('thief', changed('branch: thief'))
  const { description } = await repository.waitForStatus(sha, 'landfall/production', 'failure', 60)
  expect(description).toContain('production follows branch main, as the default branch has it, and is not taken by branch thief')
  expect(await running()).toBe(before)
}, 120_000)

test('an environment that follows tags gets what is tagged, and nothing older', async () => {
  const { repository } = town.shop
  const following = changed('tag: "v*"')
  const older = await town.begin({ title: 'Versions from now on', files: following })
  const newer = await town.begin({ title: 'Another colour', files: following })
  expect(await needsNothing(newer.sha)).toBe('no environment follows branch main')
  await repository.tag('v2', newer.sha, { annotated: 'Version 2' })
  await town.ended(newer, 'success')
  expect(await running()).toBe(newer.digest)

  await repository.tag('v1', older.sha)
  expect((await town.ended(older, 'error')).description).toBe(`Overtaken by ${newer.sha.slice(0, 7)}`)
  await repository.tag('v2', older.sha)
  await town.ended(older, 'success')
  expect(await running()).toBe(older.digest)
}, 120_000)

test('a second project of the repository runs beside the first, and goes by what concerns it', async () => {
  const { repository } = town.shop
  const { address } = town.scenario.lab.registry
  const api = {
    '.github/landfall/api.yml': `version: 1
compose: [api/compose.yml]
images: { web: { repository: ${address}/acme/shop } }
paths: { only: [api/**] }
environments: { api: { branch: main, hosts: [web-1] } }
`,
    'api/compose.yml': `services: { web: { image: "${address}/acme/shop:\${TAG}", init: true } }\n`,
  }
  const before = await running()
  const both = await town.begin({ title: 'An interface', files: { ...changed('tag: "v*"'), ...api } })
  await repository.waitForStatus(both.sha, 'landfall/api', 'success', 60)
  expect(await town.host.docker('inspect', '--format', '{{ .Config.Image }}', 'shop-api-web-1')).toContain(both.digest)
  expect(await running()).toBe(before)
  const { sha } = await repository.push('main', { 'README.md': '# Our shop and its interface\n' })
  expect(await needsNothing(sha)).toBe('only ignored files changed: README.md, which `paths` leaves out')
}, 120_000)

test('everything asked of GitHub was as its API is described', () => town.scenario.github.assertFaithful())
