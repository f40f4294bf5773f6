import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { pushApp } from '../../lab/images.ts'
import { type GatedShop, openGatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

type Method = 'merge' | 'squash' | 'rebase'

/** A branch of lisa's as she made it, and the pull request that she opened of it. */
interface Opened {
  branch: string
  number: number
  /** Her own commit. */
  sha: string
}

const quiet = { deliver: 'never' } as const
const content = () => `${randomUUID()}\n`

async function opens({ repository }: GatedShop): Promise<Opened> {
  const branch = `door-${randomUUID().slice(0, 8)}`
  const { sha } = await repository.push(branch, { 'door.txt': content() }, { author: 'lisa', ...quiet })
  const { number } = await repository.openPullRequest({ branch, author: 'lisa', title: 'The door', ...quiet })
  return { branch, number, sha }
}

/** What mallory brings: a commit that says it is lisa's, as its author and its committer. */
const evil = ({ repository }: GatedShop, branch: string, by = 'mallory') =>
  repository.push(branch, { [`${randomUUID()}.txt`]: content() }, { author: 'lisa', by, ...quiet })

/** On top of each other, in lisa's name, on no branch that anybody told of. */
async function twoCommits({ repository }: GatedShop): Promise<string[]> {
  const branch = `pile-${randomUUID().slice(0, 8)}`
  const lower = await repository.commit(branch, { 'evil.txt': content() }, { author: 'lisa' })
  return [lower, await repository.commit(branch, { 'evil.txt': content() }, { author: 'lisa' })]
}

/** How mallory brings a change in lisa's name into a pull request of hers. Resolves to its number. */
type Way = [how: string, bring: (shop: GatedShop) => Promise<number>]

/** GitHub tells that it was mallory. */
const recorded: Way[] = [
  [
    "pushed to lisa's branch, in her name",
    async (shop) => {
      const { branch, number } = await opens(shop)
      await evil(shop, branch)
      return number
    },
  ],
  [
    'below what lisa pushed afterwards',
    async (shop) => {
      const { branch, number } = await opens(shop)
      await evil(shop, branch)
      await evil(shop, branch, 'lisa')
      return number
    },
  ],
  [
    'taken back by force, to come with what lisa pushed next',
    async (shop) => {
      const { branch, number, sha } = await opens(shop)
      const brought = await evil(shop, branch)
      await shop.repository.forcePush(branch, sha, { by: 'mallory', ...quiet })
      // She had fetched it meanwhile, and builds on it.
      await shop.repository.forcePush(branch, brought.sha, { by: 'lisa', ...quiet })
      await evil(shop, branch, 'lisa')
      return number
    },
  ],
  [
    'below a commit that alone was taken back',
    async (shop) => {
      const { branch, number } = await opens(shop)
      // Two in one push: with mallory's push the branch stands at the upper one alone.
      const [lower = '', upper = ''] = await twoCommits(shop)
      await shop.repository.forcePush(branch, upper, { by: 'mallory', ...quiet })
      await shop.repository.forcePush(branch, lower, { by: 'lisa', ...quiet })
      return number
    },
  ],
]

/** GitHub does not tell who it was, or by a roundabout way. */
const roundabout: Way[] = [
  [
    'to a branch that was deleted and that lisa made again',
    async (shop) => {
      const branch = `again-${randomUUID().slice(0, 8)}`
      const { sha } = await evil(shop, branch)
      await shop.repository.deleteBranch(branch, { by: 'mallory', ...quiet })
      await shop.repository.push(branch, { 'door.txt': content() }, { author: 'lisa', ...quiet })
      await shop.repository.forcePush(branch, sha, { by: 'lisa', ...quiet })
      return (await shop.repository.openPullRequest({ branch, author: 'lisa', title: 'Again', ...quiet })).number
    },
  ],
  [
    'in a fork whose branch mallory may push to',
    async (shop) => {
      const fork = await shop.repository.fork(`fork-${randomUUID().slice(0, 8)}`)
      await fork.push('door', { 'door.txt': content() }, { author: 'lisa', ...quiet })
      await fork.push('door', { 'evil.txt': content() }, { author: 'lisa', by: 'mallory', ...quiet })
      const from = { owner: fork.owner, name: fork.name }
      return (await shop.repository.openPullRequest({ branch: 'door', from, author: 'lisa', title: 'Forked', ...quiet })).number
    },
  ],
  [
    'by a machine at her behest',
    async (shop) => {
      const { branch, number } = await opens(shop)
      await evil(shop, branch, 'build[bot]')
      return number
    },
  ],
  [
    "into the branch of lisa's pull request, by one that peter opened of what she pushed",
    async (shop) => {
      const { branch, number } = await opens(shop)
      const inner = `inner-${randomUUID().slice(0, 8)}`
      await shop.repository.push(inner, { 'evil.txt': content() }, { author: 'lisa', by: 'mallory', ...quiet })
      const into = await shop.repository.openPullRequest({ branch: inner, base: branch, author: 'peter', ...quiet })
      await shop.repository.merge(into.number, { by: 'octocat', ...quiet })
      return number
    },
  ],
]

/** Mallory presses the merge button. Its image is there when GitHub tells of it, and the branch is gone. */
async function merge({ scenario }: AttackedTown, { name, repository }: GatedShop, number: number, method: Method) {
  const { sha, deliveries } = await repository.merge(number, { by: 'mallory', method, deliver: false })
  await pushApp(scenario.lab.registry, { repository: `acme/${name}`, tag: sha, version: sha, index: true })
  for (const { guid } of deliveries) await scenario.github.redeliver(guid)
  return sha
}

async function open({ scenario, host }: AttackedTown, name: string): Promise<GatedShop> {
  const shop = await openGatedShop(scenario, { name, hosts: [host.name], gates: 'approve: { not-author: true }' })
  for (const person of ['mallory', 'wendy']) shop.repository.addCollaborator(person, 'write')
  const first = await shop.merge({ title: 'Somebody else approves' })
  await shop.asks(first.sha)
  await shop.say('/approve', 'wendy')
  await shop.reaches(first.sha, 'succeeded')
  return shop
}

const methods: Method[] = ['merge', 'squash', 'rebase']

const forged = (name: string, tried: string, ways: readonly Way[]): Attack => ({
  row: 'A6',
  tried: `one's own change in another's name, merged and approved by oneself, ${tried}`,
  async attempt(town) {
    const shop = await open(town, name)
    for (const [index, [how, bring]] of ways.entries()) {
      const sha = await merge(town, shop, await bring(shop), methods[index % 3] ?? 'merge')
      const check = await shop.asks(sha)
      assert.match(await shop.say('/approve', 'mallory'), /the change is theirs, or they pushed last/, how)
      assert.equal(await shop.pressed(check, 'approve', 'mallory'), 'approval-not-theirs', how)
      assert.deepEqual(await shop.states(sha), ['waiting'], how)
      assert.match(await shop.say('/approve', 'wendy'), /is approved for production/, how)
      await shop.reaches(sha, 'succeeded')
    }
    return `${ways.map(([how]) => how).join('; ')}: refused each time`
  },
})

const fair: Attack = {
  row: 'A6',
  tried: "approving what one merged and brought nothing of, which is no attack: the branch's pushers may not, by merge, squash and rebase",
  async attempt(town) {
    const shop = await open(town, 'fair')
    for (const method of methods) {
      const { branch, number } = await opens(shop)
      await evil(shop, branch, 'peter')
      const sha = await merge(town, shop, number, method)
      await shop.repository.deleteBranch(branch, { by: 'mallory', ...quiet })
      await shop.asks(sha)
      for (const person of ['lisa', 'peter'])
        assert.match(await shop.say('/approve', person), /the change is theirs, or they pushed last/, `${person}, ${method}`)
      assert.match(await shop.say('/approve', 'mallory'), /is approved for production/, method)
      await shop.reaches(sha, 'succeeded')
    }
    return 'who opened it and who pushed to it were refused, and who only pressed the button was not'
  },
}

/** A6: whoever brought anything of a merge does not approve it by having pressed its button. */
export const mergedApprovals: Attack[] = [
  forged('lent', 'as GitHub records it', recorded),
  forged('borrowed', 'where GitHub does not record it', roundabout),
  fair,
]
