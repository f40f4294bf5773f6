import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { deliveryHeaders, forge } from '../../attacks/sender.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Fault } from '../fault.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

type Payload = Record<string, unknown>

/** A push as GitHub sends it, with one thing strange about it; the text is what is signed. */
const strangePushes = (push: Payload): [what: string, text: string][] => {
  const text = JSON.stringify(push)
  const ref = JSON.stringify(push.ref)
  const after = JSON.stringify(push.after)
  const instead = (from: string, to: string) => text.replaceAll(from, to)
  return [
    ['NUL in the branch', instead(ref, '"refs/heads/a\\u0000b"')],
    ['NUL in a name', instead('"mona"', '"mo\\u0000na"')],
    ['half a surrogate pair in the branch', instead(ref, '"refs/heads/\\ud800"')],
    ['half a surrogate pair in a name', instead('"mona"', '"\\udc00"')],
    ['a branch of 1 MiB', instead(ref, `"refs/heads/${randomBytes(512 * 1024).toString('hex')}"`)],
    ['a name of 1 MiB', instead('"mona"', `"${randomBytes(512 * 1024).toString('hex')}"`)],
    ['a commit that is none', instead(after, '"HEAD"')],
    ['a commit nobody has', instead(after, `"${randomBytes(20).toString('hex')}"`)],
    ['an installation of 1e308', text.replace(/"installation":\{"id":\d+/, '"installation":{"id":1e308')],
    ['a list as the branch', instead(ref, '["refs/heads/main"]')],
    ['100,000 lists deep', text.replace(/\}$/, `,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
    ...Object.keys(push).flatMap((field): [string, string][] => [
      [`no ${field}`, JSON.stringify({ ...push, [field]: undefined })],
      [`nothing as ${field}`, JSON.stringify({ ...push, [field]: null })],
      [`another kind of ${field}`, JSON.stringify({ ...push, [field]: typeof push[field] === 'object' ? 'text' : { a: 1 } })],
    ]),
  ]
}

const strangePayloads: Fault = {
  row: 'F28',
  injected: 'signed webhooks that are strange: NULs, half characters, a 1 MiB branch, fields missing',
  async run(town) {
    const { github, landfall } = town.scenario
    const pid = landfall.pid
    // What they are made from happened, but to a branch that no environment follows.
    const { deliveries } = await town.shop.repository.push('strange', { 'README.md': `${randomUUID()}\n` }, { deliver: false })
    const push = deliveries.find(({ event }) => event === 'push')?.payload
    assert.ok(push)
    const strange = strangePushes(push)
    const merged = await town.begin({ title: 'Among strange ones', told: 'later' })
    const [answers, ...told] = await Promise.all([
      Promise.all(strange.map(async ([what, text]) => ({ what, guid: randomUUID(), status: await deliver(town, text) }))),
      // In the midst of them, so that they are stored together where they are stored at all.
      ...merged.guids.flatMap((guid) => [0, 1, 2].map(() => github.redeliver(guid))),
    ])
    assert.deepEqual([...new Set(told.map(({ statusCode }) => statusCode))], [200], 'a good delivery fell with the strange ones')
    const unanswered = answers.filter(({ status }) => status < 200 || status > 599)
    assert.deepEqual(unanswered, [], 'not answered')
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    await settled(town)
    assert.equal(landfall.pid, pid)
    assert.equal((await fetch(`${landfall.url}/readyz`)).status, 200)
    const refused = answers.filter(({ status }) => status >= 300)
    const intents = await recordsOf(town.scenario.environment).intents()
    const unfinished = intents.filter(({ outcome }) => outcome === null)
    assert.deepEqual(unfinished, [])
    return `${answers.length} of them: ${refused.length} refused, the others taken and ended; the good merge among them deployed`
  },
}

async function deliver({ scenario }: FaultTown, text: string): Promise<number> {
  const body = Buffer.from(text)
  const headers = deliveryHeaders(scenario.github.app.secret, body, randomUUID())
  return (await forge({ url: scenario.github.webhookUrl ?? '', headers, body })).status
}

export const intakeStrange: Fault[] = [strangePayloads]
