import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { readIt } from '../../lab/landfall/reading.ts'
import type { Records } from '../../lab/landfall/records.ts'
import { openWork } from '../settled.ts'
import type { Said } from './acts.ts'
import type { People } from './people.ts'
import type { Place } from './rules.ts'
import type { Script } from './script.ts'

/** Waiting for Landfall, and for people where it waits for them. */
export interface Waiting {
  /** Until Landfall has nothing left to do or to tell before people do something; false where that took longer. */
  quiet(seconds: number): Promise<boolean>
  /** Until somebody was asked to approve something, and has read it; false where that took longer. */
  asked(seconds: number): Promise<boolean>
  /** Until nothing is left to do or to tell at all, while people do what is waited for; false where that took longer. */
  done(seconds: number): Promise<boolean>
}

const reasons = z.array(z.object({ code: z.string(), evidence: z.record(z.string(), z.unknown()).default({}) }))
const waitingRow = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'paused']),
  environment: z.enum(['production', 'staging']),
  closed: z
    .string()
    .nullable()
    .transform((text): unknown => JSON.parse(text ?? '[]'))
    .pipe(reasons),
  /** Whether people see what it would do. */
  shown: z.coerce.boolean(),
})
type WaitingRow = z.infer<typeof waitingRow>

/** What only people open: nothing comes of waiting for it. */
const forPeople = new Set(['approval-missing', 'locked'])

/** Who agrees where somebody has to, in the end: neither of them writes or merges anything. */
const approvers = ['lisa', 'peter'] as const

/** A person who was not heard says it again, in milliseconds: what one agrees to has to be in sight for a second or two. */
const again = 2500

export function waitingIn(records: Records, people: Pick<People, 'sayNow'>, { rules, fleet }: Pick<Script, 'rules' | 'fleet'>): Waiting {
  const asksAtCanary = fleet?.canary === 'approved'
  const saidAt = new Map<string, number>()
  // The database may be down just now.
  const open = () => openWork(records).catch(() => ['?'])
  const waitingNow = async (): Promise<WaitingRow[]> => {
    const asked = `select id, state, environment, closed, proposal is not null as shown from deployments where state = 'waiting' order by sequence`
    const atCanary = `select id, state, environment, '[{"code":"approval-missing"}]' as closed, 1 as shown from deployments
      where state = 'paused' and rollout like '%"asked"%'`
    const rows = await Promise.all([asked, atCanary].map((query) => records.query(query).catch(() => [])))
    return z.array(waitingRow).parse(rows.flat())
  }

  /** People open what only they can open. While something that was said has come to no end yet, nobody adds to it. */
  async function tend(): Promise<void> {
    if ((await open()).some((work) => work.startsWith('intent '))) return
    for (const { environment, closed, shown } of await waitingNow()) {
      for (const { code, evidence } of closed) {
        if (code === 'locked') await sayOnce('unlock', 'lisa', evidence.environment === 'everything' ? undefined : environment)
        else if (code === 'approval-missing' && shown)
          for (const by of approvers.slice(0, rules?.approve?.count)) await sayOnce('approve', by, environment)
      }
    }
  }

  async function sayOnce(word: Said['word'], by: Said['by'], place: Place | undefined): Promise<void> {
    const key = `${word} ${by} ${place}`
    if (performance.now() - (saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < again) return
    saidAt.set(key, performance.now())
    await people.sayNow({ kind: 'say', word, by, ...(place !== undefined && { place }) })
  }

  const waiting: Waiting = {
    quiet: (seconds) =>
      until(async () => {
        const held = (await waitingNow()).filter(({ closed }) => closed.some(({ code }) => forPeople.has(code)))
        const names = new Set(held.map(({ id, state }) => `deployment ${id} ${state}`))
        return (await open()).every((work) => names.has(work))
      }, seconds),
    async asked(seconds) {
      if (!rules?.approve && !asksAtCanary) return waiting.quiet(seconds)
      const isAsked = ({ closed, shown }: WaitingRow) => shown && closed.some(({ code }) => code === 'approval-missing')
      const found = await until(async () => (await waitingNow()).some(isAsked), seconds)
      if (found) await readIt()
      return found
    },
    done: (seconds) =>
      until(async () => {
        if (rules || asksAtCanary) await tend()
        return (await open()).length === 0
      }, seconds),
  }
  return waiting
}

async function until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
  for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; await pause(100)) {
    if (await holds()) return true
  }
  return false
}
