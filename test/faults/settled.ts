import { setTimeout as pause } from 'node:timers/promises'
import { recordsOf } from '../lab/landfall/records.ts'
import type { Town } from '../lab/landfall/town.ts'

const states = `'succeeded', 'failed', 'rolled-back', 'halted', 'superseded', 'cancelled', 'rejected'`

/** Waits until Landfall's database knows of nothing left to do or to tell. Throws with what is left. */
export async function settled({ scenario }: Pick<Town, 'scenario'>, seconds = 30): Promise<void> {
  const { query } = recordsOf(scenario.environment)
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const left = await query(`
      select 'intent ' || id as what from intents where outcome is null
      union all select 'deployment ' || id || ' ' || state from deployments where state not in (${states})
      union all select 'report ' || surface || ' of ' || subject from reports where published < wanted`)
    if (left.length === 0) return
    if (performance.now() > deadline) throw new Error(`not settled within ${seconds} s: ${left.map(({ what }) => what).join(', ')}`)
    await pause(100)
  }
}
