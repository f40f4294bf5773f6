import { expect, test } from 'vitest'
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

test('the same where GitHub does not tell at all what lies between', async () => {
  const town = await waiting(() => undefined)
  expect(await approve(town, 'lisa')).toContain('GitHub does not tell what lies between')
})

test('of as many as it lists everybody is known', async () => {
  const town = await waiting((all) => all)
  expect(await approve(town, 'mallory')).toContain('mallory may not approve')
  await approve(town, 'lisa')
  await town.quiet()
  expect((await town.newest()).state).toBe('succeeded')
})
