import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { pushApp } from '../../lab/images.ts'
import { type GatedShop, openGatedShop } from '../../lab/landfall/gated-shop.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

/** A shop in which somebody else has to approve; the rule is part of what runs. */
async function open({ scenario, host }: AttackedTown, name: string, rule: string): Promise<GatedShop> {
  const shop = await openGatedShop(scenario, { name, hosts: [host.name], gates: `approve: { ${rule} }` })
  for (const person of ['wendy', 'vera']) shop.repository.addCollaborator(person, 'write')
  const first = await shop.merge({ title: 'Somebody else approves' })
  await shop.asks(first.sha)
  for (const person of ['wendy', 'vera']) await shop.say('/approve', person)
  await shop.reaches(first.sha, 'succeeded')
  return shop
}

/** A pull request of mona's, with lisa as co-author, that peter merges; its image is there when GitHub tells of it. */
async function change({ scenario }: AttackedTown, { name, repository }: GatedShop): Promise<string> {
  const message = ['Paint the door', '', `Co-authored-by: Lisa <77+LISA@users.noreply.github.com>`].join('\n')
  await repository.push('door', { 'door.txt': `${randomUUID()}\n` }, { author: 'mona', message, deliver: 'never' })
  const { number } = await repository.openPullRequest({ branch: 'door', author: 'octocat', title: 'The door', deliver: 'never' })
  const { sha, deliveries } = await repository.merge(number, { by: 'peter', deliver: false })
  await pushApp(scenario.lab.registry, { repository: `acme/${name}`, tag: sha, version: sha, index: true })
  for (const { guid } of deliveries) await scenario.github.redeliver(guid)
  await repository.deleteBranch('door', { deliver: 'never' })
  return sha
}

/** Everybody who had a hand in it, and how. */
const hands = [
  ['mona', 'wrote and pushed it'],
  ['lisa', 'is named as co-author, in other letters'],
  ['octocat', 'opened the pull request'],
] as const

const own: Attack = {
  row: 'A6',
  tried: "approving one's own change: author and pusher, co-author, who opened the pull request; by comment and by button",
  async attempt(town) {
    const shop = await open(town, 'selfish', 'not-author: true')
    const sha = await change(town, shop)
    const check = await shop.asks(sha)
    for (const [person, how] of hands) {
      assert.match(await shop.say('/approve', person), /the change is theirs, or they pushed last/, `${person} ${how}`)
      assert.match(
        await shop.say('/approve production', person.toUpperCase()),
        /the change is theirs, or they pushed last/,
        `${person} ${how}`,
      )
      assert.equal(await shop.pressed(check, 'approve', person), 'approval-not-theirs', `${person} ${how}`)
    }
    assert.deepEqual(await shop.states(sha), ['waiting'])
    assert.equal(await shop.pressed(await shop.asks(sha), 'approve', 'wendy'), 'answered')
    await shop.reaches(sha, 'succeeded')
    return `${hands.map(([person, how]) => `${person}, who ${how}`).join('; ')}: each refused three times; wendy's press of the same button let it go`
  },
}

const named: Attack = {
  row: 'A6',
  tried: "approving one's own change where the rule names oneself, and twice in different letters where two are needed",
  async attempt(town) {
    const shop = await open(town, 'counted', 'by: [MONA, Wendy, vera], count: 2, not-author: true')
    const sha = await change(town, shop)
    await shop.asks(sha)
    assert.match(await shop.say('/approve', 'mona'), /the change is theirs, or they pushed last/)
    assert.match(await shop.say('/approve', 'wendy'), /1 of 2 approvals/)
    assert.match(await shop.say('/approve', 'WENDY'), /had approved it before; that counts once/)
    const check = await shop.asks(sha)
    assert.equal(await shop.pressed(check, 'approve', 'wendy'), 'answered')
    assert.deepEqual(await shop.states(sha), ['waiting'])
    assert.match(await shop.say('/approve', 'vera'), /is approved for production/)
    await shop.reaches(sha, 'succeeded')
    return 'named people are excluded from their own changes all the same, and one person is one, however spelled and by whatever way'
  },
}

/** A6: where another person has to agree, another person has to. */
export const ownApproval: Attack[] = [own, named]
