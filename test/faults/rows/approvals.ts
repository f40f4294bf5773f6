import assert from 'node:assert/strict'
import { onFreePort } from '../../lab/free-port.ts'
import type { GatedShop } from '../../lab/landfall/gated-shop.ts'
import { startProcess } from '../../lab/landfall/process.ts'
import type { Fault } from '../fault.ts'
import { digestsOf, withGatedShop } from '../gated.ts'
import { eventsSince } from '../host-record.ts'
import type { FaultTown } from '../towns.ts'

/** Who approves, and the Landfall that hears of it. */
type Voice = [person: string, url: string]

/** All of them at the same moment; resolves to what each was answered. */
async function allAtOnce({ scenario: { github } }: FaultTown, shop: GatedShop, voices: readonly Voice[]): Promise<string[]> {
  const written = await Promise.all(voices.map(async ([person, url]) => ({ url, ...(await shop.write('/approve', person)) })))
  const usual = github.webhookUrl
  const told = written.flatMap(({ url, deliveries }) => {
    github.webhookUrl = `${url}/api/github/webhooks`
    return deliveries.map(({ guid }) => github.redeliver(guid))
  })
  github.webhookUrl = usual
  const answers = await Promise.all(told)
  assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))], [200], 'a webhook was not taken')
  const firstAnswer = Math.min(...answers.map(({ sentAt, seconds }) => sentAt + seconds * 1000))
  assert.ok(
    answers.every(({ sentAt }) => sentAt < firstAnswer),
    'the moment was missed: they were told one after another',
  )
  return Promise.all(written.map(({ issue }) => shop.answered(issue)))
}

/** Sees that it was deployed once, by one deployment. */
async function deployedOnce(town: FaultTown, shop: GatedShop, merged: { sha: string; digest: string }, since: Date): Promise<void> {
  await shop.repository.waitForStatus(merged.sha, 'landfall/production', 'success', 60)
  assert.deepEqual(await shop.states(merged.sha), ['succeeded'], 'more than one deployment came of it')
  assert.deepEqual(await digestsOf(town, shop), [merged.digest])
  const starts = (await eventsSince(town, since, shop.name)).filter((line) => /^start .*-web-1$/.test(line))
  assert.equal(starts.length, 1, `started more than once: ${starts.join(', ')}`)
  const shown = shop.repository.deployments().filter(({ sha }) => sha === merged.sha)
  assert.equal(shown.length, 1, 'GitHub shows more than one deployment')
}

/** What somebody reads whose approval was not the one that let it go. */
const secondIsTold = /approved by \w+ and \w+|is on its way to production already|Nothing waits for approval/

async function twoAtOnce(town: FaultTown, shop: GatedShop, voices: readonly [Voice, Voice]): Promise<string> {
  const merged = await shop.merge({ title: 'Both like it' })
  await shop.asks(merged.sha)
  const since = new Date()
  const answers = await allAtOnce(town, shop, voices)
  await deployedOnce(town, shop, merged, since)
  assert.ok(
    answers.some((answer) => /is approved for production/.test(answer)),
    `nobody was told that it is approved: ${answers}`,
  )
  const second = answers.filter((answer) => secondIsTold.test(answer))
  assert.equal(second.length, 1, `who came second was told: ${answers}`)
  return secondIsTold.exec(second[0] ?? '')?.[0] ?? ''
}

const oneMachine: Fault = {
  row: 'F17',
  injected: 'two people approve in the same moment, where one is enough and where two are needed',
  on: 'one machine',
  async run(town) {
    const { url } = town.scenario.landfall
    const one = await withGatedShop(town, { name: 'liked', gates: 'approve: { count: 1 }' }, (shop) =>
      twoAtOnce(town, shop, [
        ['lisa', url],
        ['peter', url],
      ]),
    )
    await withGatedShop(town, { name: 'needed', gates: 'approve: { count: 2 }' }, (shop) =>
      twoAtOnce(town, shop, [
        ['lisa', url],
        ['peter', url],
      ]),
    )
    return `one deployment each, started once; who came second read "${one}"`
  },
}

const twoLandfalls: Fault = {
  row: 'F17',
  injected: 'two people approve in the same moment, each heard by another Landfall',
  on: 'several machines',
  async run(town) {
    const { scenario } = town
    const { started: other } = await onFreePort((port) =>
      startProcess({ ...scenario.environment, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` }),
    )
    try {
      return await withGatedShop(town, { name: 'doubled', gates: 'approve: { count: 1 }' }, async (shop) => {
        const said: string[] = []
        for (const pair of [['lisa', 'peter'] as const, ['octocat', 'mona'] as const, ['peter', 'octocat'] as const]) {
          const [one, two] = pair
          said.push(
            await twoAtOnce(town, shop, [
              [one, scenario.landfall.url],
              [two, other.url],
            ]),
          )
        }
        return `three times: one deployment, started once; who came second read "${[...new Set(said)].join('" or "')}"`
      })
    } finally {
      await other.stop()
    }
  },
}

export const approvals: Fault[] = [oneMachine, twoLandfalls]
