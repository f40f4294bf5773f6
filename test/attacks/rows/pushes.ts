import assert from 'node:assert/strict'
import { pushApp } from '../../lab/images.ts'
import { type GatedShop, openGatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

const open = ({ scenario, host }: AttackedTown, name: string, gates: string): Promise<GatedShop> =>
  openGatedShop(scenario, { name, hosts: [host.name], gates })

/** What CI does for a commit. */
const build = ({ scenario }: AttackedTown, { name }: GatedShop, sha: string) =>
  pushApp(scenario.lab.registry, { repository: `acme/${name}`, tag: sha, version: sha, index: true })

/** Digest that the shop's web service runs. */
async function runs({ host }: AttackedTown, { name }: GatedShop): Promise<string> {
  return (await host.docker('inspect', '--format', '{{.Config.Image}}', `${name}-web-1`)).trim().split('@')[1] ?? ''
}

/** Long before anything that happens here. */
const lastYear = () => new Date(Date.now() - 365 * 24 * 3600 * 1000)

const afterApproval: Attack = {
  row: 'A5',
  tried: 'a push between the approval and its telling, dated a year back',
  async attempt(town) {
    const { github } = town.scenario
    const shop = await open(town, 'swapped', 'approve: { count: 1 }')
    const { repository, opened } = shop
    const shown = await shop.merge({ title: 'What lisa sees' })
    await shop.asks(shown.sha)
    const { issue, deliveries } = await shop.write('/approve', 'lisa')
    // Whoever goes by dates takes it for older than the approval.
    const swapped = await repository.push('main', { 'evil.txt': 'x\n' }, { author: 'mona', at: lastYear(), deliver: false })
    await build(town, shop, swapped.sha)
    for (const { guid } of swapped.deliveries) await github.redeliver(guid)
    await shop.asks(swapped.sha)
    for (const { guid } of deliveries) await github.redeliver(guid)
    assert.match(await shop.answered(issue), /not what was shown/)
    assert.deepEqual(await shop.states(shown.sha), ['superseded'])
    assert.deepEqual(await shop.states(swapped.sha), ['waiting'])
    assert.equal(await runs(town, shop), opened.digest)
    assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
    await shop.reaches(swapped.sha, 'succeeded')
    return 'the approval came when something else was shown, and counts for nothing; neither commit ran before somebody approved the new one'
  },
}

const whileHeld: Attack = {
  row: 'A5',
  tried: 'a push behind an approval that was given and waits for a lock, its webhook kept back',
  async attempt(town) {
    const shop = await open(town, 'slipped', 'approve: { count: 1 }')
    const { repository, opened } = shop
    assert.match(await shop.say('/lock production the database moves', 'peter'), /is locked/)
    const approved = await shop.merge({ title: 'What lisa approves' })
    await shop.asks(approved.sha)
    assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
    // The branch goes elsewhere: whoever deploys "main" now deploys what nobody saw, and whoever deploys what was approved what nobody has.
    await repository.forcePush('main', opened.sha, { deliver: 'never' })
    const evil = { ...shop.files, 'evil.txt': 'x\n' }
    const { sha: slipped } = await repository.push('main', evil, { at: lastYear(), deliver: 'never' })
    await build(town, shop, slipped)
    assert.match(await shop.say('/unlock production', 'peter'), /is unlocked/)
    await shop.reaches(approved.sha, 'rejected')
    assert.equal(await runs(town, shop), opened.digest)
    assert.deepEqual(
      (await shop.states(slipped)).filter((state) => state !== 'waiting'),
      [],
    )
    return 'what was approved is no part of the branch any more and is refused; what is there now was approved by nobody'
  },
}

/** Ways to bring a commit that says it is lisa's to main; each resolves to the merge that brings it. */
const forgeries: [how: string, bring: (shop: GatedShop, title: string) => Promise<Merged | { sha: string }>][] = [
  ['pushed to main', async ({ repository }, title) => repository.push('main', { [`${title}.txt`]: 'x\n' }, { author: 'lisa', by: 'mona' })],
  [
    "pushed to main below somebody's push",
    async ({ repository }, title) => {
      await repository.push('main', { [`${title}.txt`]: 'x\n' }, { author: 'lisa', by: 'mona', deliver: 'never' })
      return repository.push('main', { 'other.txt': `${title}\n` }, { author: 'octocat' })
    },
  ],
  [
    "pushed to somebody's pull request",
    async ({ repository }, title) => {
      const branch = title.replaceAll(/\W+/g, '-')
      const { number } = await repository.openPullRequest({ branch, files: { 'door.txt': `${title}\n` }, author: 'lisa', title })
      await repository.push(branch, { [`${title}.txt`]: 'x\n' }, { author: 'lisa', by: 'mona' })
      return repository.merge(number, { by: 'octocat', method: 'squash' })
    },
  ],
]

const forgedAuthor: Attack = {
  row: 'A5',
  tried: "one's own change in another person's name, to approve it oneself",
  async attempt(town) {
    const shop = await open(town, 'forged', 'approve: { not-author: true }')
    // The rule is part of what runs from here on.
    const first = await shop.merge({ title: 'Somebody else approves', by: 'mona' })
    await shop.asks(first.sha)
    assert.match(await shop.say('/approve', 'lisa'), /is approved/)
    await shop.reaches(first.sha, 'succeeded')
    for (const [how, bring] of forgeries) {
      const { sha } = await bring(shop, how)
      await build(town, shop, sha)
      const check = await shop.asks(sha)
      assert.match(await shop.say('/approve', 'mona'), /the change is theirs, or they pushed last/, how)
      assert.equal(await shop.pressed(check, 'approve', 'mona'), 'approval-not-theirs', how)
      assert.deepEqual(await shop.states(sha), ['waiting'], how)
      assert.match(await shop.say('/approve', 'peter'), /is approved for production/, how)
      await shop.reaches(sha, 'succeeded')
    }
    return `${forgeries.map(([how]) => how).join(', ')}: whoever pushed it counts as an author, whatever the commit says`
  },
}

const unmerged: Attack = {
  row: 'A5',
  tried: 'deploying by its number what is only in a fork, a pull request or another branch',
  async attempt(town) {
    const shop = await open(town, 'unmerged', '')
    const { repository, opened } = shop
    const fork = await repository.fork('stranger')
    const forked = await repository.openPullRequest({
      branch: 'main',
      from: { owner: fork.owner, name: fork.name },
      files: { 'evil.txt': 'x\n' },
      author: 'stranger',
    })
    const branched = await repository.push('feature', { 'evil.txt': 'y\n' }, { author: 'mona' })
    const abandoned = await repository.push('main', { 'evil.txt': 'z\n' }, { author: 'mona', deliver: 'never' })
    await repository.forcePush('main', opened.sha, { deliver: 'never' })
    const shas = [forked.sha, branched.sha, abandoned.sha]
    // A branch that is called as a commit begins.
    await repository.push(opened.sha.slice(0, 7), { 'evil.txt': 'w\n' }, { author: 'mona' })
    for (const sha of shas) await build(town, shop, sha)
    const before = await town.footprint()
    for (const sha of shas)
      for (const named of [sha, sha.slice(0, 8)])
        assert.match(await shop.say(`/deploy production ${named} --again`, 'mona'), /is not part of branch main|There is no commit/)
    for (const sha of shas) assert.match(await shop.say(`/rollback production to ${sha}`, 'mona'), /Refused|was refused/)
    assert.match(await shop.say(`/deploy production ${opened.sha.slice(0, 7)}`, 'mona'), /There is no commit/)
    for (const sha of shas) assert.deepEqual(await shop.states(sha), [])
    assert.equal(await town.footprint(), before)
    assert.equal(await runs(town, shop), opened.digest)
    return `${shas.length * 3 + 1} commands refused: only what the environment follows is deployed, and the host was told nothing`
  },
}

/** A5: what is deployed is what was approved, and whose it is is not for commits to say. */
export const pushes: Attack[] = [afterApproval, whileHeld, forgedAuthor, unmerged]
