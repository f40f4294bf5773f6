import { setTimeout as pause } from 'node:timers/promises'
import { type Records, recordsOf } from '../lab/landfall/records.ts'
import type { Town } from '../lab/landfall/town.ts'

const states = `'succeeded', 'failed', 'rolled-back', 'halted', 'superseded', 'cancelled', 'rejected'`

/** What Landfall's database knows of as left to do or to tell. */
export async function openWork({ query }: Records): Promise<string[]> {
  const left = await query(`
    select 'intent ' || id as what from intents where outcome is null
    union all select 'deployment ' || id || ' ' || state from deployments where state not in (${states})
    union all select 'report ' || surface || ' of ' || subject from reports where published < wanted`)
  return left.map(({ what }) => String(what))
}

/** Waits until nothing is left to do or to tell. Throws with what is. */
export async function settled({ scenario }: Pick<Town, 'scenario'>, seconds = 30): Promise<void> {
  const records = recordsOf(scenario.environment)
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const left = await openWork(records)
    if (left.length === 0) return
    if (performance.now() > deadline) throw new Error(`not settled within ${seconds} s: ${left.join(', ')}`)
    await pause(100)
  }
}
