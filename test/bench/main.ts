import { parseArgs } from 'node:util'
import { startScenario } from '../lab/landfall/scenario.ts'
import { asJson, asTable } from './figures.ts'
import { measure } from './measure.ts'

/** What the figures should be at most; docs/performance.md says what stands in the way of each. */
const aims = { deploy_vs_script: 0.5, webhook_to_first_command_ms: 100, idle_rss_mib: 150 }

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '9' } } })
const warm = Number(values.rounds)
if (!Number.isInteger(warm) || warm < 1) throw new Error(`--rounds: "${values.rounds}" is not a number of rounds. Give 7 or more.`)

const began = performance.now()
const say = (line: string) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`)

const scenario = await startScenario({ say })
try {
  const { figures, steps } = await measure(scenario, { warm, cold: Math.min(warm, 7), sameFile: Math.min(warm, 5) }, say)
  scenario.github.assertFaithful()
  for (const { step, at } of steps) say(`${String(Math.round(at.median)).padStart(6)} ms  ${step}`)
  process.stdout.write(`${values.json ? asJson(figures) : asTable(figures, aims)}\n`)
} finally {
  await scenario.stop()
}
