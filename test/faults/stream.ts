import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { deliveryHeaders } from '../attacks/sender.ts'
import type { Records } from '../lab/landfall/records.ts'
import type { Town } from '../lab/landfall/town.ts'

/** One webhook that was sent. */
export interface Sent {
  /** Where the branch was by its words; no other said the same. */
  before: string
  /** What it was answered; 0 where no answer came in the time GitHub gives. */
  status: number
  /** How long that took. */
  seconds: number
}

/** Signed webhooks, one after another, from several senders at once. */
export interface Stream {
  /** Those whose end is known, in the order of their ends. */
  readonly sent: readonly Sent[]
  /** Waits until so many more have ended as wanted. */
  more(count: number, wanted: (one: Sent) => boolean, seconds?: number): Promise<void>
  /** Sends no more, and waits for the last ones. */
  stop(): Promise<void>
}

export const taken = ({ status }: Sent): boolean => status >= 200 && status < 300
export const refused = (one: Sent): boolean => !taken(one)

const senders = 4
/** Between two webhooks of one sender: together about a hundred a second. */
const gapMilliseconds = 30
/** GitHub waits so long for an answer. */
const patience = 10_000

/** Tells of pushes to a branch that nothing follows: each is a wish of its own, and none deploys anything. */
export async function startStream({ scenario, shop }: Town): Promise<Stream> {
  const { github } = scenario
  const { deliveries } = await shop.repository.push('stream', { 'README.md': `${randomUUID()}\n` }, { deliver: false })
  const payload = deliveries.find(({ event }) => event === 'push')?.payload
  assert.ok(payload)
  const sent: Sent[] = []
  let over = false

  const send = async (): Promise<void> => {
    const before = randomBytes(20).toString('hex')
    const body = Buffer.from(JSON.stringify({ ...payload, before }))
    const headers = deliveryHeaders(github.app.secret, body, randomUUID())
    const began = performance.now()
    const request = { method: 'POST', headers, body, signal: AbortSignal.timeout(patience) }
    const status = await fetch(github.webhookUrl ?? '', request).then(
      (answer) => answer.status,
      () => 0,
    )
    sent.push({ before, status, seconds: (performance.now() - began) / 1000 })
  }
  const sending = Array.from({ length: senders }, async () => {
    while (!over) {
      await send()
      await pause(gapMilliseconds)
    }
  })

  return {
    sent,
    async more(count, wanted, seconds = 30) {
      const [from, deadline] = [sent.length, performance.now() + seconds * 1000]
      while (sent.slice(from).filter(wanted).length < count) {
        if (performance.now() > deadline) throw new Error(`of the webhooks of ${seconds} s fewer than ${count} ended as wanted`)
        await pause(20)
      }
    },
    async stop() {
      over = true
      await Promise.all(sending)
    },
  }
}

/** Sees that everything that was acknowledged is stored; resolves to what was counted, in words. */
export async function acknowledgedIsStored({ sent }: Stream, records: Records): Promise<string> {
  const stored = new Set((await records.intents()).map(({ before }) => before))
  const acknowledged = sent.filter(taken)
  const lost = acknowledged.filter(({ before }) => !stored.has(before))
  assert.deepEqual(lost, [], 'acknowledged, and not stored')
  return `${sent.length} webhooks, ${acknowledged.length} acknowledged and all of these stored, ${sent.length - acknowledged.length} refused`
}
