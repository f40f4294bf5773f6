import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Town } from '../../lab/landfall/town.ts'
import type { Attack } from '../attack.ts'
import { deliveryHeaders, forge } from '../sender.ts'

const mebibyte = 1024 * 1024

export const webhooks: Attack[] = [
  {
    row: 'A2',
    tried: 'unsigned and forged deliveries of a real push',
    async attempt(town) {
      const { secret, url, body } = await undelivered(town)
      const good = deliveryHeaders(secret, body, randomUUID())
      const altered = Buffer.from(body.toString('utf8').replace('refs/heads/main', 'refs/heads/evil'))
      const forgeries: [what: string, headers: Record<string, string>, body: Buffer][] = [
        ['no signature', without(good, 'x-hub-signature-256'), body],
        ['an empty signature', { ...good, 'x-hub-signature-256': '' }, body],
        ['a signature without a value', { ...good, 'x-hub-signature-256': 'sha256=' }, body],
        ['another secret', deliveryHeaders('another secret, long enough to count', body, randomUUID()), body],
        ["Probot's default secret", deliveryHeaders('development', body, randomUUID()), body],
        ['another body', good, altered],
        [
          'SHA-1 only',
          { ...without(good, 'x-hub-signature-256'), 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' },
          body,
        ],
      ]
      const before = stored(town)
      for (const [what, headers, sent] of forgeries) {
        const { status } = await forge({ url, headers, body: sent })
        assert.ok(status === 400 || status === 401, `${what} was answered ${status}`)
      }
      assert.equal(stored(town), before, 'an intent was stored')
      return `${forgeries.length} forgeries answered 400 or 401, nothing stored`
    },
  },
  {
    row: 'A2',
    tried: 'a signed delivery replayed under new GUIDs',
    async attempt(town) {
      const { scenario, shop } = town
      const { merged } = await town.merge({ title: 'Told twice' }, 'success')
      const deliveries = scenario.github.deliveries.filter(({ payload }) => payload.after === merged.sha || isMergeOf(payload, merged.sha))
      assert.ok(deliveries.length > 0)
      const [before, deployed] = [await town.footprint(), shop.repository.deployments().length]
      for (const { guid } of deliveries) {
        const replay = randomUUID()
        const { statusCode } = await scenario.github.resend(guid, replay)
        assert.equal(statusCode, 200)
        const { answer } = await scenario.landfall.logged((line) => line.msg === 'intent stored' && line.delivery === replay)
        assert.equal(answer, 'known')
      }
      await town.merge({ title: 'After the replay', files: { 'README.md': `${merged.sha}\n` } }, 'success')
      assert.equal(shop.repository.deployments().length, deployed + 1)
      const after = await town.footprint()
      assert.equal(switches(after), switches(before) + 1, 'the host switched more often than asked for')
      return `${deliveries.length} replays are known wishes; the next merge is the only next deployment`
    },
  },
  {
    row: 'A2',
    tried: 'bodies of 200 MiB, announced and in endless chunks',
    async attempt(town) {
      const { url, pid } = { url: town.scenario.github.webhookUrl ?? '', pid: town.scenario.landfall.pid }
      const body = Buffer.alloc(mebibyte, 'x')
      const signed = deliveryHeaders('a guess, long enough to be one', body, randomUUID())
      const flood = { url, body, times: 200 }
      const before = forgetPeak(pid)
      const announced = await forge({ ...flood, headers: signed })
      const unsigned = await forge({ ...flood, headers: without(signed, 'x-hub-signature-256'), declared: false })
      const chunked = await Promise.all([1, 2, 3, 4].map(() => forge({ ...flood, headers: signed, declared: false })))
      const grown = (peakOf(pid) - before) / mebibyte
      assertRefused(announced, [413], 16 * mebibyte)
      assertRefused(unsigned, [401], 16 * mebibyte)
      for (const answer of chunked) assertRefused(answer, [413, 503], 48 * mebibyte)
      assert.ok(grown < 200, `memory grew by ${grown.toFixed(0)} MiB`)
      return `answered 413, 401 or 503, or cut off; memory grew by ${grown.toFixed(0)} MiB at most`
    },
  },
  {
    row: 'A2',
    tried: 'signed deliveries that are no deliveries',
    async attempt(town) {
      const { url, secret } = { url: town.scenario.github.webhookUrl ?? '', secret: town.scenario.github.app.secret }
      const push = { ref: 'refs/heads/main', before: '0'.repeat(40), after: '--upload-pack=x', pusher: { name: 'x' } }
      const repository = { name: '..', owner: { login: '../..' } }
      const bodies = ['{"ref":', '', 'null', '[]', '{}', '"push"', '{"__proto__":{"installation":{"id":1}}}'].concat(
        [
          { ...push, repository },
          { ...push, repository, installation: { id: 'x' } },
          { ...push, repository, installation: { id: 1 }, ref: { toString: 'x' } },
          { ...push, repository: { name: 'shop', owner: { login: 'acme' } }, installation: { id: -1 }, after: 7 },
        ].map((payload) => JSON.stringify(payload)),
      )
      const [before, held] = [stored(town), await town.footprint()]
      for (const text of bodies) {
        const body = Buffer.from(text)
        const { status } = await forge({ url, headers: deliveryHeaders(secret, body, randomUUID()), body })
        assert.ok(status < 600 && status >= 200, `${text} was answered ${status}`)
      }
      const healthy = await fetch(`${town.scenario.landfall.url}/readyz`)
      assert.equal(healthy.status, 200)
      assert.equal(stored(town), before, 'an intent was stored')
      assert.equal(await town.footprint(), held)
      return `${bodies.length} of them are answered, none becomes an intent`
    },
  },
]

/** A push that happened and was told to nobody: its payload is as good as the real one. */
async function undelivered(town: Town): Promise<{ secret: string; url: string; body: Buffer }> {
  const { scenario, shop } = town
  const { deliveries } = await shop.repository.push('main', { 'README.md': `${randomUUID()}\n` }, { deliver: false })
  const payload = deliveries.find(({ event }) => event === 'push')?.payload
  assert.ok(payload)
  return { secret: scenario.github.app.secret, url: scenario.github.webhookUrl ?? '', body: Buffer.from(JSON.stringify(payload)) }
}

/** Answered so or cut off, and in either case before more than `most` bytes left the sender; sockets hold some of them. */
function assertRefused({ status, taken }: { status: number; taken: number }, statuses: number[], most: number): void {
  assert.ok([0, ...statuses].includes(status), `answered ${status}`)
  assert.ok(taken <= most, `${taken} bytes were taken`)
}

const without = (headers: Record<string, string>, name: string): Record<string, string> => {
  const { [name]: _left, ...rest } = headers
  return rest
}

/** How many wishes Landfall has taken up so far, by its own log. */
const stored = ({ scenario }: Town): number => scenario.landfall.log.filter(({ msg }) => msg === 'intent stored').length

const switches = (footprint: string): number => footprint.split('\n').filter((line) => / switch .* switched$/.test(line)).length

function isMergeOf(payload: Record<string, unknown>, sha: string): boolean {
  const pull = payload.pull_request
  return typeof pull === 'object' && pull !== null && 'merge_commit_sha' in pull && pull.merge_commit_sha === sha
}

/** Makes the kernel measure a process's peak memory anew; returns what it uses now, in bytes. */
function forgetPeak(pid: number): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return peakOf(pid)
}

function peakOf(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}
