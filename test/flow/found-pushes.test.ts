import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** A town that looks for what webhooks did not tell, in which demo follows tags and somebody else than the author has to approve. */
async function watching(): Promise<Town> {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'], sweeps: true })
  Object.assign(town.github.roles, { lisa: 'write', mallory: 'write' })
  const demo = 'demo: { tag: "v*", hosts: [web-2], env: deploy/production.env, approve: { not-author: true } }'
  await town.deploy({ '.github/landfall.yml': landfallYml().replace('notify:', `  ${demo}\nnotify:`) })
  await town.pass(70)
  return town
}

/** Somebody says so, and is answered. */
async function say(town: Town, actor: string, body: string): Promise<string> {
  const before = town.github.comments.length
  await town.pass(2)
  await town.tellComment(body, { actor })
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

const newestOf = async (town: Town, environment: string) => (await town.deployments()).find((one) => one.environment === environment)

describe('four tags that mallory pushed together, of which GitHub tells nobody, on a commit in the name of mona', () => {
  async function fourTags(): Promise<{ town: Town; sha: Sha }> {
    const town = await watching()
    town.github.branches.set('mallory', town.github.branches.get('main') ?? '')
    const sha = town.github.commit('mallory', { 'evil.txt': 'x' }, { author: 'mona' })
    town.build(sha)
    town.github.tagged = ['v1', 'v1a', 'v1b', 'v1c'].map((name) => ({ name, object: sha }))
    await town.until(async () => (await newestOf(town, 'demo'))?.state === 'waiting', 130)
    return { town, sha }
  }

  test('are brought by nobody anybody knows, and approved by nobody', async () => {
    const { town, sha } = await fourTags()
    const waiting = await newestOf(town, 'demo')
    expect(waiting).toMatchObject({ revision: sha, actor: 'somebody unknown', reason: { code: 'approval-missing' } })
    for (const person of ['mallory', 'lisa', 'mona']) {
      const answer = await say(town, person, '/approve demo')
      expect(answer).toContain('GitHub did not tell who pushed the tag')
      expect(answer).toContain(`/deploy demo ${sha.slice(0, 7)}`)
      expect(answer).not.toContain('but not')
    }
    expect((await newestOf(town, 'demo'))?.state).toBe('waiting')
    expect(town.github.checkRuns.findLast(({ externalId }) => externalId === waiting?.id)?.summary).toContain('by somebody unknown')
  })

  test('are approved by others than whoever named the commit', async () => {
    const { town, sha } = await fourTags()
    await say(town, 'mallory', `/deploy demo ${sha}`)
    expect(await say(town, 'mallory', '/approve demo')).toContain('mallory may not approve')
    await say(town, 'lisa', '/approve demo')
    await town.quiet()
    expect(await newestOf(town, 'demo')).toMatchObject({ revision: sha, state: 'succeeded', actor: 'mallory' })
  })

  test('are known by whom a webhook names that comes late', async () => {
    const { town, sha } = await fourTags()
    await town.tellPush(sha, { ref: 'refs/tags/v1', before: '0'.repeat(40), actor: 'mallory' })
    expect(await say(town, 'mallory', '/approve demo')).toContain('mallory may not approve')
    await say(town, 'lisa', '/approve demo')
    await town.quiet()
    expect(await newestOf(town, 'demo')).toMatchObject({ revision: sha, state: 'succeeded' })
  })
})

describe('a found head of a branch that lisa keeps for herself, on a commit in her name', () => {
  async function movedBy(by: string | undefined): Promise<Town> {
    const town = await watching()
    await say(town, 'lisa', '/lock production')
    const sha = town.github.commit('main', { 'a.txt': 'x' }, { author: 'lisa' })
    town.build(sha)
    if (by !== undefined) town.github.moved.unshift({ branch: 'main', after: sha, kind: 'push', by })
    await town.until(async () => (await town.newest()).revision === sha, 130)
    await town.pass(20)
    return town
  }

  test.each([
    ['waits where somebody else pushed it', 'mallory', { actor: 'mallory', state: 'waiting', reason: { code: 'locked' } }],
    ['waits where nobody knows who pushed it', undefined, { actor: 'somebody unknown', state: 'waiting', reason: { code: 'locked' } }],
    ['goes where she pushed it, as GitHub saw it', 'lisa', { actor: 'lisa', state: 'succeeded' }],
  ])('%s', async (_what, by, expected) => expect(await (await movedBy(by)).newest()).toMatchObject(expected))
})
