import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printedReport } from '../../support/printed-report.ts'
import { openGround } from './ground.ts'
import { recordOf } from './record.ts'
import { type RunResult, runSeed } from './run.ts'
import { isSabotage, sabotages } from './sabotage.ts'
import { tellScript } from './script.ts'
import { tablesOf } from './tables.ts'

/**
 * Crash runs: `npm run faults -- --seeds N [--from S] [--sabotage NAME] [--record]`. Each seed is a story of merges, rollbacks and
 * commands with things breaking in between; afterwards what must always hold is checked from outside.
 */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
})
process.exitCode = await makeRuns(Number(values.seeds), Number(values.from), values.sabotage, values.record)

async function makeRuns(seeds: number, from: number, sabotage: string | undefined, record: boolean): Promise<number> {
  const report = printedReport()
  if (!(Number.isInteger(seeds) && seeds > 0 && Number.isInteger(from) && from >= 0)) {
    report.line('--seeds is how many runs to make, --from the first seed: whole numbers.')
    return 2
  }
  if (sabotage !== undefined && !isSabotage(sabotage)) {
    report.line(`--sabotage is one of ${Object.keys(sabotages).join(', ')}.`)
    return 2
  }
  const ground = await openGround(report.progress)
  const results: RunResult[] = []
  let stuck = 0
  try {
    for (let seed = from; seed < from + seeds; seed += 1) {
      try {
        const result = await runSeed(ground, seed, sabotage === undefined ? undefined : sabotages[sabotage])
        results.push(result)
        await tell(result)
      } catch (error) {
        stuck += 1
        report.progress(`seed ${seed}: NOT FINISHED: ${error instanceof Error ? error.stack : String(error)}`)
      }
    }
  } finally {
    await ground.close()
  }
  report.line()
  for (const { head, rows } of tablesOf(results)) report.table(head, rows)
  const violated = results.filter(({ violations }) => violations.length > 0)
  for (const { script } of violated)
    report.line(`violated by seed ${script.seed}; once more: npm run faults -- --seeds 1 --from ${script.seed}`)
  if (stuck > 0) report.line(`${stuck} runs could not be finished.`)
  report.line(`${results.length} runs, ${violated.length} violations`)
  return violated.length + stuck > 0 ? 1 : 0

  async function tell(result: RunResult): Promise<void> {
    const { script, struck, violations, seconds } = result
    const hits = struck.filter(({ blow }) => blow.kind === 'hit').length
    const outcome = violations.length === 0 ? 'nothing violated' : `${violations.length} VIOLATIONS`
    report.progress(
      `seed ${script.seed}: ${script.acts.length} acts, ${hits} of ${struck.length} strikes hit, settled in ${seconds.settling.toFixed(1)} s, ${seconds.all.toFixed(1)} s in all: ${outcome}`,
    )
    for (const { invariant, what } of violations) report.line(`          invariant ${invariant}: ${what}`)
    if (violations.length > 0) for (const line of tellScript(script)) report.line(`          ${line}`)
    if (violations.length === 0 && !record) return
    const folder = join(tmpdir(), 'landfall-crash-runs')
    await mkdir(folder, { recursive: true })
    const file = join(folder, `seed-${script.seed}.txt`)
    await writeFile(file, recordOf(result))
    report.line(`          what happened on the host, at GitHub and in Landfall: ${file}`)
  }
}
