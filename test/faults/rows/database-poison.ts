import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Records, recordsOf } from '../../lab/landfall/records.ts'
import type { Fault } from '../fault.ts'
import { settled } from '../settled.ts'
import { toldOnce } from '../told-once.ts'

/** Adds a copy of a table's newest row with other values in some columns, and the next number of its sequence. Returns its id. */
async function spoil(
  { query }: Records,
  table: 'intents' | 'deployments',
  columns: Record<string, string | number | null>,
): Promise<string> {
  const id = randomUUID()
  await query(
    `with number as (update sequences set value = value + 1 where name = '${table}' returning value)
    insert into ${table}
    select (jsonb_populate_record(null::${table}, to_jsonb(copied) || $1::jsonb || jsonb_build_object('sequence', number.value))).*
    from number, (select * from ${table} order by sequence desc limit 1) copied`,
    [JSON.stringify({ ...columns, id })],
  )
  return id
}

const unreadableRows: Fault = {
  row: 'F28',
  injected: 'open rows that cannot be read: two intents, and two deployments of the same environment',
  async run(town) {
    const { landfall } = town.scenario
    const records = recordsOf(town.scenario.environment)
    await settled(town)
    const intents = [
      await spoil(records, 'intents', { key: randomUUID(), outcome: null, kind: 'nonsense' }),
      await spoil(records, 'intents', { key: randomUUID(), outcome: null, after: 'HEAD' }),
    ]
    const deployments = [
      await spoil(records, 'deployments', { state: 'rolling', plan: '{"format":', generation: 1_000_000 }),
      await spoil(records, 'deployments', { state: 'queued', plan: null, generation: null, created_at: 'yesterday' }),
    ]
    const spoilt = [...intents, ...deployments]
    try {
      const leftOut = () =>
        landfall.log.filter(({ msg, intent, deployment }) => {
          return /left out/.test(msg) && spoilt.includes(String(intent ?? deployment))
        })
      await landfall.logged(() => new Set(leftOut().map(({ intent, deployment }) => intent ?? deployment)).size >= 3)
      const merged = await town.begin({ title: 'Beside rows that cannot be read' })
      await town.ended(merged, 'success')
      await toldOnce(town, merged)
      // A Landfall that starts anew meets them first.
      await landfall.stop()
      await town.scenario.restart()
      const next = await town.begin({ title: 'Beside them after a restart' })
      await town.ended(next, 'success')
      await toldOnce(town, next)
      const said = leftOut().length
      assert.ok(said <= 2 * spoilt.length, `the log said so ${said} times`)
      return `left out, each said ${said === spoilt.length ? 'once' : `${said} times for ${spoilt.length}`} in the log; merges deploy beside them, also after a restart`
    } finally {
      for (const id of intents) await records.query('delete from intents where id = $1', [id])
      for (const id of deployments) await records.query('delete from deployments where id = $1', [id])
    }
  },
}

export const databasePoison: Fault[] = [unreadableRows]
