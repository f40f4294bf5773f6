import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../../faults/eventually.ts'
import { type GatedShop, openGatedShop } from '../../lab/landfall/gated-shop.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import { restartedWith } from '../../lab/landfall/restarted.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

/** Everything that changes something, as somebody would write it. */
const commandsOn = ({ sha }: Merged): string[] => [
  '/approve',
  '/reject because I can',
  '/deploy production',
  `/deploy production ${sha.slice(0, 10)} --again`,
  '/rollback production',
  '/promote production',
  '/retry production',
  '/cancel production',
  '/lock production mine now',
  '/lock --all',
  '/unlock production',
  'Nice work!\n\n/approve production\n',
]

/** A shop in which a version waits for somebody's approval. */
async function waiting(town: AttackedTown, name: string): Promise<{ shop: GatedShop; merged: Merged }> {
  const shop = await openGatedShop(town.scenario, { name, hosts: [town.host.name], gates: 'approve: { count: 1 }' })
  const merged = await shop.merge({ title: 'Waits for somebody' })
  await shop.asks(merged.sha)
  return { shop, merged }
}

/** Sees that nothing came of what was tried: no host was told anything, and what waited waits. */
async function nothingCame(town: AttackedTown, { shop, merged }: { shop: GatedShop; merged: Merged }, meanwhile: () => Promise<void>) {
  // Other repositories have pushes that were told to nobody: a look may come upon one at any time.
  const made = async () =>
    (await recordsOf(town.scenario.environment).deployments()).filter(({ repository }) => repository === shop.repository.fullName).length
  const before = { held: await town.footprint(), made: await made() }
  assert.ok(before.made > 0, 'what waits is not found')
  await meanwhile()
  assert.equal(await town.footprint(), before.held, 'a host was touched')
  assert.equal(await made(), before.made, 'a deployment came of it')
  assert.deepEqual(await shop.states(merged.sha), ['waiting'])
  assert.deepEqual(await locksOf(town, shop), [], 'a lock was set')
}

/** Sees that the very same is done for somebody who may: so it was not refused for another reason. */
async function goesForLisa({ shop, merged }: { shop: GatedShop; merged: Merged }): Promise<void> {
  assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
  await shop.reaches(merged.sha, 'succeeded')
}

const locksOf = ({ scenario }: AttackedTown, { repository }: GatedShop) =>
  recordsOf(scenario.environment).query('select id from locks where repository = $1', [repository.fullName])

/** Commands of somebody that were taken up at all. */
const commandsTakenOf = ({ scenario }: AttackedTown, person: string) =>
  recordsOf(scenario.environment).query(`select id from intents where kind = 'command' and actor = $1`, [person])

const withoutRight: Attack = {
  row: 'A4',
  tried: 'every command and button by people who may only look, and by bots that may write',
  async attempt(town) {
    const given = await waiting(town, 'strangers')
    const { shop, merged } = given
    const { repository } = shop
    repository.addCollaborator('tina', 'triage')
    repository.addCollaborator('robot[bot]', 'write')
    const people = ['nobody-at-all', 'hubot', 'tina']
    const check = await shop.asks(merged.sha)
    await nothingCame(town, given, async () => {
      const written = await Promise.all(people.flatMap((by) => commandsOn(merged).map((body) => shop.say(body, by))))
      for (const answer of written) assert.match(answer, /Refused.*may not do this/s)
      for (const by of people)
        for (const button of ['approve', 'reject', 'cancel'] as const)
          assert.equal(await shop.pressed(check, button, by), 'person-not-allowed')
      const { deliveries } = await shop.write('/approve', 'robot[bot]')
      for (const { guid } of deliveries) assert.equal((await town.scenario.github.redeliver(guid)).statusCode, 200)
      await shop.press(check, 'approve', 'robot[bot]')
      assert.deepEqual(await commandsTakenOf(town, 'robot[bot]'), [])
    })
    await goesForLisa(given)
    return `${people.length * commandsOn(merged).length} comments answered with the reason, ${people.length * 3} presses refused, bots not heard; the same by somebody who may went`
  },
}

const rightLost: Attack = {
  row: 'A4',
  tried: 'commands of people who lose their right between the comment and its carrying out',
  async attempt(town) {
    const given = await waiting(town, 'leavers')
    const { shop, merged } = given
    const { repository } = shop
    const { github, landfall } = town.scenario
    for (const person of ['removed', 'demoted', 'presser']) repository.addCollaborator(person, 'write')
    const check = await shop.asks(merged.sha)
    await nothingCame(town, given, async () => {
      // While GitHub answers nothing their words are taken and cannot be carried out.
      github.faults.outage(true)
      const seen = landfall.log.length
      const written = [await shop.write('/approve', 'removed'), await shop.write('/deploy production', 'demoted')]
      const told = await Promise.all(written.flatMap(({ deliveries }) => deliveries.map(({ guid }) => github.redeliver(guid))))
      told.push(...(await shop.press(check, 'approve', 'presser')))
      assert.deepEqual([...new Set(told.map(({ statusCode }) => statusCode))], [200], 'the moment was missed: not all were taken')
      await landfall.logged(() => landfall.log.slice(seen).filter(({ msg }) => msg === 'intent stored').length >= 3)
      repository.removeCollaborator('removed')
      repository.addCollaborator('demoted', 'read')
      repository.addCollaborator('presser', 'triage')
      github.faults.outage(false)
      for (const { issue } of written) assert.match(await shop.answered(issue, 60), /may not do this/)
      await landfall.logged(() => landfall.log.slice(seen).filter(({ msg }) => msg === 'command refused').length >= 3)
    })
    await goesForLisa(given)
    return 'taken while they might, and refused when GitHub was asked who they are: at the moment of carrying out, and no answer is remembered'
  },
}

const edited: Attack = {
  row: 'A4',
  tried: "commands written into other people's comments, told and found by looking",
  async attempt(town) {
    const given = await waiting(town, 'edits')
    const { shop } = given
    const { repository } = shop
    const { github } = town.scenario
    const attempt = async () => {
      await lookedAt(town, shop)
      const issue = repository.openIssue('What do you think?', 'lisa')
      const told = await repository.commentOn(issue, 'I think it is good', 'lisa')
      const untold = await repository.commentOn(issue, 'I think so too', 'peter', { deliver: 'never' })
      const late = await repository.commentOn(issue, 'So do I', 'octocat', { deliver: false })
      // GitHub tells whole seconds: an edit has to come in another one to be seen as such.
      await pause(1100)
      await repository.editComment(told.id, '/approve', 'hubot')
      await repository.editComment(untold.id, '/deploy production', 'hubot', { deliver: 'never' })
      await repository.editComment(late.id, '/reject it', 'hubot', { deliver: 'never' })
      // The telling of its making comes late, and says what was written at first.
      for (const { guid } of late.deliveries) await github.redeliver(guid)
      // Nobody tells of this one either, and nobody edits it: a look finds it after the others.
      const other = repository.openIssue('What runs where?', 'lisa')
      await repository.commentOn(other, '/status', 'lisa', { deliver: 'never' })
      assert.match(await shop.answered(other), /What runs where/)
      assert.equal(repository.comments(issue).length, 3, 'somebody was answered')
    }
    // Comments are looked at from time to time as well: here each second.
    const up = () => nothingCame(town, given, attempt)
    await restartedWith(town.scenario, { LANDFALL_POLL_SECONDS: '1' }, { up })
    await goesForLisa(given)
    return 'edits are not heard, whether a webhook tells of them or a look finds them: the words may be another person’s than the comment'
  },
}

/** Waits until Landfall has looked at the repository once: what was said before that is history to it. */
const lookedAt = ({ scenario }: AttackedTown, { repository }: GatedShop) =>
  eventually('a first look at the repository', async () => {
    const asked = `select 1 as there from seen where repository = $1 and place = 'first look'`
    return (await recordsOf(scenario.environment).query(asked, [repository.fullName])).length > 0 ? true : undefined
  })

const fromFork: Attack = {
  row: 'A4',
  tried: "a stranger's pull request from a fork: their comments, and a landfall.yml that asks for nothing",
  async attempt(town) {
    const given = await waiting(town, 'forked')
    const { shop, merged } = given
    const { repository } = shop
    await nothingCame(town, given, async () => {
      const fork = await repository.fork('stranger')
      const { number } = await repository.openPullRequest({
        branch: 'main',
        from: { owner: fork.owner, name: fork.name },
        files: { '.github/landfall.yml': 'version: 1\n', 'evil.txt': 'x\n' },
        author: 'stranger',
        title: 'Please merge',
      })
      for (const body of ['/approve', '/deploy production', '/lock', '/help']) {
        const known = repository.comments(number).length
        await repository.commentOn(number, body, 'stranger')
        // The plan of the pull request is a comment there too, and comes when it is made.
        const said = () =>
          repository
            .comments(number)
            .slice(known)
            .find((one) => one.author.login !== 'stranger' && !one.body.startsWith('<!-- landfall:plan'))
        const answer = await town.scenario.github.until(`an answer to ${body}`, said, 30)
        assert.match(answer.body, /may not do this/, `${body} was answered ${answer.body}`)
      }
    })
    await goesForLisa(given)
    assert.equal((await shop.states(merged.sha)).length, 1)
    return 'whose pull request it is gives no right; what waits goes by the file of the branch it is on'
  },
}

/** A4: whoever may not write to the repository changes nothing. */
export const strangers: Attack[] = [withoutRight, rightLost, edited, fromFork]
