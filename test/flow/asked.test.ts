import { describe, expect, test } from 'vitest'
import { openPull } from '../support/pull-requests.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** Somebody merges the pull request, and GitHub tells of it. */
async function merge(town: Town, number = 12): Promise<string> {
  const sha = town.github.merge(`change-${number}`, 'main')
  const pull = town.github.pulls.get(number)
  if (pull) town.github.pulls.set(number, { ...pull, state: 'closed', merged: { commit: sha, by: 'mona' } })
  town.github.merged.set(sha, number)
  town.build(sha)
  await town.tellPush(sha)
  await town.pass(20)
  return sha
}

const writes = new Set<string>([
  'createCheck',
  'updateCheck',
  'setStatus',
  'createDeployment',
  'setDeploymentStatus',
  'comment',
  'editComment',
])
const comment = (town: Town) => town.github.comments.find(({ issue }) => issue === 12)?.body ?? ''
const asks = (town: Town) => town.chat.said.flatMap(({ message }) => (message.fallback.startsWith('✋') ? [message.fallback] : []))

async function approve(town: Town, comment = 900): Promise<void> {
  town.github.roles.lisa = 'write'
  await town.tellComment('/approve', { actor: 'lisa', comment: { id: comment, issue: 3 } })
  await town.quiet()
}

describe('approval is asked for', () => {
  test('in chat once, however long nobody agrees, and in the comment of the pull request with who may and how', async () => {
    const town = await openTown({ gates: 'approve: { by: [team:ops, lisa] }' })
    await openPull(town, { 'a.txt': 'one' })
    const sha = await merge(town)
    const asked = `production waits for lisa or somebody of team ops to approve ${sha.slice(0, 7)}`
    expect(asks(town)).toEqual([expect.stringContaining(asked)])
    expect(JSON.stringify(town.chat.said[0]?.message)).toContain('/approve production')
    expect(comment(town)).toContain(asked)
    expect(comment(town)).toContain('/approve production')
    await town.pass(3 * 3600)
    expect(asks(town)).toHaveLength(1)
    expect(town.github.comments).toHaveLength(1)
    await approve(town)
    expect(comment(town)).toContain('went live on production')
    expect(town.chat.said.at(-1)?.message.fallback).toContain('went live')
  })

  test('and costs GitHub eleven writes at most, besides the answer to who agrees', async () => {
    const town = await openTown({ gates: 'approve: {}' })
    await town.tellPush(town.commit())
    await town.pass(20)
    await approve(town, 900)
    await town.reaches('succeeded', 60)
    await openPull(town, { 'a.txt': 'one' })
    await town.pass(60)
    const before = town.github.calls.length
    await merge(town)
    await town.pass(60)
    const asked = town.github.calls.length
    await approve(town, 901)
    await town.reaches('succeeded', 60)
    await town.pass(60)
    const made = (calls: readonly string[]) => calls.filter((call) => writes.has(call)).toSorted()
    expect(made(town.github.calls.slice(before, asked))).toEqual(['createCheck', 'editComment', 'updateCheck'])
    const answered = ['comment', 'editComment', 'editComment']
    expect(made(town.github.calls.slice(asked))).toEqual(
      [
        ...answered,
        ...['createCheck', 'updateCheck', 'setStatus', 'editComment', 'createDeployment'],
        ...['setDeploymentStatus', 'setDeploymentStatus', 'setDeploymentStatus'],
      ].toSorted(),
    )
  })

  test('anew where something else waits than was shown', async () => {
    const town = await openTown({ gates: 'approve: {}' })
    await town.tellPush(town.commit())
    await town.pass(20)
    await town.tellPush(town.commit())
    await town.pass(20)
    expect(asks(town)).toHaveLength(2)
  })

  test('also in a pull request that had no comment before', async () => {
    const town = await openTown({ gates: 'approve: {}' })
    await openPull(town, { 'a.txt': 'one' }, { told: false })
    await merge(town)
    expect(comment(town)).toContain('to approve')
  })
})

describe('the comment of a merged pull request', () => {
  test('ends with the outcome of each environment', async () => {
    const town = await openTown({ hosts: ['web-1', 'staging-1'], follows: ['web-1'], staging: ['staging-1'], gates: 'after: staging' })
    await openPull(town, { 'a.txt': 'one' })
    const [{ id }] = [town.github.comments[0] ?? { id: 0 }]
    await merge(town)
    await town.quiet()
    expect(town.github.comments.map((one) => one.id)).toEqual([id])
    expect(comment(town)).toMatch(/went live on staging[\s\S]*went live on production/)
  })

  test('says what was taken back, and by whom', async () => {
    const town = await openTown()
    const { revision = '' } = await town.deploy()
    await openPull(town, { 'a.txt': 'one' })
    await merge(town)
    await town.quiet()
    await town.tellComment('/rollback', { comment: { id: 900, issue: 3 } })
    await town.quiet()
    expect(comment(town)).toContain(`is gone from production**: Rolled back by mona to ${revision.slice(0, 7)}`)
  })

  test('is not made where there was none and nobody is asked for anything', async () => {
    const town = await openTown()
    await openPull(town, { 'a.txt': 'one' }, { told: false })
    await merge(town)
    await town.quiet()
    expect(town.github.comments).toEqual([])
  })

  test('is made once also where Landfall dies while it makes it', async () => {
    const town = await openTown({ gates: 'approve: {}', started: false })
    const first = await town.start({ leaseSeconds: 5 })
    await openPull(town, { 'a.txt': 'one' }, { told: false })
    town.github.loses = (call) => {
      if (call === 'comment') first.kill()
      return undefined
    }
    await merge(town)
    await town.until(() => first.life.ended)
    town.github.loses = () => undefined
    await town.start({ leaseSeconds: 5 })
    await town.pass(40)
    expect(town.github.comments).toHaveLength(1)
  })
})

test('chat is not told of a command that is refused: the answer says it', async () => {
  const town = await openTown()
  const { revision: first } = await town.deploy()
  await town.deploy()
  await town.tellComment('/rollback')
  await town.quiet()
  const before = town.chat.said.length
  await town.tellComment(`/rollback to ${first?.slice(0, 7)}x`)
  await town.tellComment('/rollback')
  await town.quiet()
  expect((await town.newest()).state).toBe('rejected')
  expect(town.chat.said).toHaveLength(before)
})

describe('the dot of a commit', () => {
  test('that failed is yellow while people have to agree to the next try, and green once that went well', async () => {
    const town = await openTown()
    await town.deploy()
    const sha = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: {}' }) }, { behaviour: { answers: 500 } })
    const dot = () => town.github.statusesOf(sha).at(-1)
    await town.tellPush(sha)
    await town.pass(20)
    expect(dot()).toBeUndefined()
    await approve(town)
    expect(dot()?.[0]).toBe('failure')
    town.build(sha)
    await town.tellComment('/retry')
    await town.pass(20)
    expect(dot()).toEqual(['pending', expect.stringContaining('waits for approval')])
    await town.tellComment('/approve', { actor: 'lisa', comment: { id: 901, issue: 3 } })
    await town.quiet()
    expect(dot()?.[0]).toBe('success')
  })

  test('that runs stays green while people have to agree to bring it once more', async () => {
    const town = await openTown()
    const sha = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: {}' }) })
    await town.tellPush(sha)
    await town.pass(20)
    await approve(town)
    await town.tellComment('/deploy')
    await town.pass(20)
    expect(await town.newest()).toMatchObject({ state: 'waiting', revision: sha })
    expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('success')
  })
})
