import { describe, expect, test } from 'vitest'
import type { Changes } from '../../src/flow/ports.ts'
import { repository } from '../support/builders.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** A merge that somebody else than its authors has to approve, and of whose commits GitHub tells this. */
async function waiting(listed: (all: Changes) => Changes | undefined, count = 3): Promise<Town> {
  const town = await openTown()
  Object.assign(town.github.roles, { mallory: 'write', lisa: 'write' })
  const runs = (await town.deploy()).revision ?? ''
  town.github.commit('main', { 'door.txt': 'x' }, { author: 'mallory' })
  for (let number = 1; number < count; number += 1) town.github.commit('main', { 'a.txt': String(number) })
  const sha = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: { not-author: true }' }) })
  const all = await town.github.changes(repository, runs, sha)
  if (!all) throw new Error('the commits have a common past')
  town.github.changes = async () => listed(all)
  await town.tellPush(sha)
  await town.reaches('waiting')
  return town
}

async function approve(town: Town, actor: string): Promise<string> {
  const before = town.github.comments.length
  await town.pass(2)
  await town.tellComment('/approve', { actor })
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

test("more commits than GitHub lists may be anybody's: nobody approves them, and people read why", async () => {
  const town = await waiting((all) => ({ ...all, commits: all.commits.slice(-250) }), 260)
  for (const person of ['mallory', 'lisa']) {
    const answer = await approve(town, person)
    expect(answer).toContain('nobody, as this brings 261 commits and GitHub tells who wrote the newest 250')
    expect(answer).toContain('/deploy production COMMIT')
  }
  expect((await town.newest()).state).toBe('waiting')
})

describe('where GitHub knows no way from what runs to it', () => {
  test('whoever moved the branch since counts, and the newest commit’s author; somebody is left to approve', async () => {
    const town = await waiting(() => undefined)
    const runs = (await town.deployments()).find(({ state }) => state === 'succeeded')?.revision ?? ''
    const [newest = '', before = ''] = [
      town.github.branches.get('main'),
      town.github.commits.get(town.github.branches.get('main') ?? '')?.parents[0],
    ]
    town.github.moved.push(
      { branch: 'main', kind: 'push', before, after: newest, by: 'peter' },
      { branch: 'main', kind: 'forced', before: runs, after: before, by: 'mallory' },
      { branch: 'main', kind: 'push', after: runs, by: 'lisa' },
    )
    expect(await approve(town, 'mallory')).toContain('mallory may not approve')
    expect(await approve(town, 'mona')).toContain('mona may not approve')
    await approve(town, 'lisa')
    await town.quiet()
    expect((await town.newest()).state).toBe('succeeded')
  })

  test('the hundred moves that GitHub tells of count where what runs is older', async () => {
    const town = await waiting(() => undefined)
    const [newest = ''] = [town.github.branches.get('main')]
    town.github.moved.push({ branch: 'main', kind: 'push', after: newest, by: 'peter' })
    for (let number = 0; number < 120; number += 1)
      town.github.moved.push({ branch: 'main', kind: 'push', after: String(number), by: number < 99 ? 'mallory' : 'lisa' })
    expect(await approve(town, 'mallory')).toContain('mallory may not approve')
    await approve(town, 'lisa')
    await town.quiet()
    expect((await town.newest()).state).toBe('succeeded')
  })
})

test('the first time in an environment the newest commit counts, and who brought it, not all who ever wrote anything', async () => {
  const town = await openTown()
  Object.assign(town.github.roles, { lisa: 'write', peter: 'write' })
  town.github.commit('main', { 'a.txt': 'a' }, { author: 'lisa' })
  const sha = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: { not-author: true }' }) })
  town.github.moved.push({ branch: 'main', kind: 'push', after: sha, by: 'peter' })
  await town.tellPush(sha)
  await town.reaches('waiting')
  expect(await approve(town, 'peter')).toContain('peter may not approve')
  await approve(town, 'lisa')
  await town.quiet()
  expect((await town.newest()).state).toBe('succeeded')
})

test('of as many as it lists everybody is known', async () => {
  const town = await waiting((all) => all)
  expect(await approve(town, 'mallory')).toContain('mallory may not approve')
  await approve(town, 'lisa')
  await town.quiet()
  expect((await town.newest()).state).toBe('succeeded')
})
