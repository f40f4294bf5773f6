import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { eventually } from '../../faults/eventually.ts'
import type { CheckRun } from '../../lab/github/world.ts'
import { buttonOn, type GatedShop, openGatedShop } from '../../lab/landfall/gated-shop.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

const open = ({ scenario, host }: AttackedTown, name: string): Promise<GatedShop> =>
  openGatedShop(scenario, { name, hosts: [host.name], gates: 'approve: { count: 1 }' })

/** Somebody presses a button, and GitHub tells of it at once, or not before it is asked to. Resolves to the webhook's GUID. */
async function press({ repository }: GatedShop, check: CheckRun, name: string, by: string, { deliver = true } = {}): Promise<string> {
  const identifier = buttonOn(check, name)
  assert.ok(identifier, `check run ${check.name} has no button ${name}`)
  const [delivery] = await repository.pressButton(check.id, identifier, by, { deliver })
  assert.ok(delivery, 'GitHub told nobody of it')
  return delivery.guid
}

const ending = z.object({ kind: z.string(), reason: z.object({ code: z.string() }).optional() })

/** What came of a press by its webhook: code of the reason why it was refused, or how else it ended. */
async function cameOf({ scenario }: AttackedTown, guid: string): Promise<string> {
  const asked = 'select outcome from intents where delivery = $1 and outcome is not null'
  const outcome = async () => (await recordsOf(scenario.environment).query(asked, [guid]))[0]?.outcome
  const { kind, reason } = ending.parse(JSON.parse(String(await eventually(`the end of the press ${guid}`, outcome))))
  return reason?.code ?? kind
}

/** The same press once more under another GUID, as whoever recorded it can send it. `known`, or what came of it. */
async function replayed(town: AttackedTown, guid: string): Promise<string> {
  const replay = randomUUID()
  const { statusCode } = await town.scenario.github.resend(guid, replay)
  assert.equal(statusCode, 200)
  const { answer } = await town.scenario.landfall.logged((line) => line.msg === 'intent stored' && line.delivery === replay)
  return answer === 'known' ? 'known' : cameOf(town, replay)
}

/** The check run of a commit's deployment that shows such a button. */
const checkWith = ({ scenario }: AttackedTown, { repository }: GatedShop, sha: string, button: string): Promise<CheckRun> => {
  const found = () => repository.checkRuns(sha).findLast((check) => buttonOn(check, button) !== undefined)
  return scenario.github.until(`the button ${button}`, found, 60)
}

const approvals: Attack = {
  row: 'A2',
  tried: "somebody's press of Approve delivered again under new GUIDs, then and for what waits next",
  async attempt(town) {
    const shop = await open(town, 'pressed')
    const first = await shop.merge({ title: 'Approved by a button' })
    const guid = await press(shop, await shop.asks(first.sha), 'approve', 'lisa')
    assert.equal(await cameOf(town, guid), 'answered')
    await shop.reaches(first.sha, 'succeeded')
    const held = await town.footprint()
    const then = await replayed(town, guid)
    assert.ok(['known', 'answered'].includes(then), `it came to ${then}`)
    const second = await shop.merge({ title: 'Approved by nobody' })
    await shop.asks(second.sha)
    const next = [await replayed(town, guid), await replayed(town, guid)]
    for (const code of next) assert.notEqual(code, 'started', 'it came to a deployment')
    assert.deepEqual([await shop.states(first.sha), await shop.states(second.sha)], [['succeeded'], ['waiting']])
    assert.equal(await town.footprint(), held, 'a host was touched')
    assert.match(await shop.say('/approve', 'lisa'), /is approved for production/)
    await shop.reaches(second.sha, 'succeeded')
    return `${then} while nothing else was there, ${next.join(' and ')} for what waited next, which went when lisa approved that`
  },
}

const goingBack: Attack = {
  row: 'A2',
  tried: "somebody's press of Rollback and of Cancel delivered again under new GUIDs",
  async attempt(town) {
    const shop = await open(town, 'replayed')
    const releases = [shop.opened.sha]
    for (const title of ['Second', 'Third']) {
      const { sha } = await shop.merge({ title })
      await shop.asks(sha)
      await shop.say('/approve', 'lisa')
      await shop.reaches(sha, 'succeeded')
      releases.push(sha)
    }
    const [, before = '', newest = ''] = releases
    const back = await press(shop, await checkWith(town, shop, newest, 'rollback'), 'rollback', 'lisa')
    await cameOf(town, back)
    await eventually('the rollback', async () => ((await shop.states(before)).join() === 'succeeded,succeeded' ? true : undefined), 60)
    const held = await town.footprint()
    const again = [await replayed(town, back), await replayed(town, back)]
    assert.deepEqual([await shop.states(shop.opened.sha), await shop.states(before)], [['succeeded'], ['succeeded', 'succeeded']])
    assert.equal(await town.footprint(), held, 'it went further back')

    const cancelled = await shop.merge({ title: 'Cancelled' })
    const cancel = await press(shop, await shop.asks(cancelled.sha), 'cancel', 'lisa')
    await shop.reaches(cancelled.sha, 'cancelled')
    const waits = await shop.merge({ title: 'Not cancelled' })
    await shop.asks(waits.sha)
    again.push(await replayed(town, cancel))
    assert.deepEqual(await shop.states(waits.sha), ['waiting'])
    return `went back once, and what came after the cancelled one waits on: ${again.join(', ')}`
  },
}

const moved: Attack = {
  row: 'A5',
  tried: 'a press of Approve that is told after the proposal beside it has moved',
  async attempt(town) {
    const shop = await open(town, 'stale')
    const shown = await shop.merge({ title: 'What lisa sees' })
    const asked = await shop.asks(shown.sha)
    const approve = ({ actions }: CheckRun) => actions.map(({ identifier }) => identifier).find((one) => /^approve:/.test(one))
    const old = approve(asked)
    const guid = await press(shop, asked, 'approve', 'lisa', { deliver: false })
    const newer = await shop.merge({ title: 'What nobody saw' })
    const check = await shop.asks(newer.sha)
    await town.scenario.github.redeliver(guid)
    const late = await cameOf(town, guid)
    assert.equal(late, 'deployment-outdated')
    assert.deepEqual([await shop.states(shown.sha), await shop.states(newer.sha)], [['superseded'], ['waiting']])
    assert.notEqual(approve(check), old, 'both buttons stand for the same')
    assert.equal(await shop.pressed(check, 'approve', 'lisa'), 'answered')
    await shop.reaches(newer.sha, 'succeeded')
    return `${late}: it counts for what it stood beside and nothing else; pressed beside the newer one it counts`
  },
}

/** A2 and A5: a press counts once, for what stood beside the button. */
export const buttons: Attack[] = [approvals, goingBack, moved]
