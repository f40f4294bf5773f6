import { describe, expect, test } from 'vitest'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const file = (paths: string, options = {}) => ({ '.github/landfall.yml': `${landfallYml(options)}paths: ${paths}\n` })

/** A town that ignores its documentation, with a first release. */
async function documented(): Promise<Town> {
  const town = await openTown()
  await town.deploy(file('{ ignore: ["**/*.md", docs/**] }'))
  return town
}

/** Pushes and lets it settle; resolves to the commit. */
async function push(town: Town, files: Record<string, string | null>): Promise<string> {
  const sha = town.commit(files)
  await town.tellPush(sha)
  await town.quiet()
  return sha
}

const revisions = async (town: Town) => (await town.deployments()).map(({ revision }) => revision)
const reasons = (town: Town) => town.log.saying('intent needs nothing').map(({ why }) => why)

describe('a push of ignored files alone', () => {
  test('deploys nothing, and its commit gets no status', async () => {
    const town = await documented()
    const before = await revisions(town)
    const sha = await push(town, { 'README.md': 'How to sell', 'docs/boats.png': 'a boat' })
    expect(await revisions(town)).toEqual(before)
    expect(town.github.statusesOf(sha)).toEqual([])
    expect(reasons(town)).toEqual(['only ignored files changed: README.md and 1 more, all of which `paths` leaves out'])
  })

  test('leaves a rollback as it is', async () => {
    const town = await documented()
    await town.deploy({ 'app.ts': 'bad' })
    await town.tellComment('/rollback')
    await town.quiet()
    const before = await revisions(town)
    await push(town, { 'README.md': 'We are sorry' })
    expect(await revisions(town)).toEqual(before)
  })

  test('is not what the next change is compared with: nothing in between is lost', async () => {
    const town = await documented()
    await push(town, { 'README.md': 'new' })
    // Nobody tells of this one.
    town.commit({ 'app.ts': 'new' })
    const head = await push(town, { 'README.md': 'newer' })
    expect(await revisions(town)).toEqual([head, expect.any(String)])
  })
})

describe('a push is deployed', () => {
  test.each<[what: string, files: Record<string, string | null>]>([
    ['with anything beside ignored files', { 'README.md': 'new', 'app.ts': 'new' }],
    ['that changes what is ignored: it does not excuse itself', file('{ ignore: ["**"] }')],
    ['without any file: somebody wants a deployment', {}],
  ])('%s', async (_what, files) => {
    const town = await documented()
    expect((await revisions(town))[0]).not.toBe(await push(town, files))
    expect(await revisions(town)).toHaveLength(2)
  })

  test('that is forced, whatever it changes', async () => {
    const town = await documented()
    const first = await town.newest()
    const second = await town.deploy({ 'app.ts': 'bad' })
    town.github.branches.set('main', first.revision ?? '')
    const sha = town.commit({ 'README.md': 'new' })
    await town.tellPush(sha, { before: second.revision ?? '', forced: true })
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: sha, state: 'succeeded' })
  })

  test('that changes more than GitHub lists', async () => {
    const town = await documented()
    const { revision: base = '' } = await town.newest()
    const sha = town.commit({ 'README.md': 'new' })
    const commits = { mergeBase: base, commits: [], ahead: 1, behind: 0 }
    town.github.compared.set(`${base}...${sha}`, { ...commits, status: 'ahead', files: [{ path: 'README.md' }], truncated: true })
    await town.tellPush(sha)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: sha })
  })
})

test('of several environments each is compared with what it has', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
  await town.deploy(file('{ only: [apps/shop/**] }'))
  const text = file('{ only: [apps/shop/**] }')['.github/landfall.yml'] ?? ''
  const both = text.replace('environments:', 'environments:\n  staging: { branch: main, hosts: [web-2], env: deploy/production.env }')
  const first = await push(town, { '.github/landfall.yml': both })
  await push(town, { 'apps/api/index.ts': 'new' })
  expect((await town.deployments()).map(({ environment, revision }) => [environment, revision === first])).toEqual([
    ['production', true],
    ['staging', true],
    ['production', false],
  ])
  const asked = town.github.calls.length
  await push(town, { 'apps/api/index.ts': 'newer' })
  expect(town.github.calls.slice(asked).filter((call) => call === 'changes')).toHaveLength(1)
})

test('without rules nobody is asked what changed', async () => {
  const town = await openTown()
  await town.deploy()
  await town.deploy({ 'README.md': 'new' })
  expect(town.github.calls).not.toContain('changes')
})
