import { parseArgs } from 'node:util'
import { printedReport } from '../support/printed-report.ts'
import { type Ending, type Fault, inject, inTurn } from './fault.ts'
import { faults, openRows } from './list.ts'
import { townsOf } from './towns.ts'

/**
 * `npm run faults`: injects every fault there is, tells how each ended, and which rows are still open. `npm run faults -- F4 F11`
 * injects those of these rows. With `--seeds N [--from S]` crash runs are made instead.
 */

type Injected = Fault & { ending: Ending; seconds: number }

/** Injects the faults of these rows, or all. Resolves to the exit code. */
async function injectRows(chosen: readonly string[]): Promise<number> {
  const report = printedReport()
  const unknown = chosen.filter((row) => !faults.some((fault) => fault.row === row))
  if (unknown.length > 0) {
    report.line(`There is no fault for ${unknown.join(', ')}. There are ${[...new Set(faults.map(({ row }) => row))].join(', ')}.`)
    return 2
  }
  const injected: Injected[] = []
  const towns = townsOf(report.progress)
  try {
    for (const fault of inTurn(faults.filter(({ row }) => chosen.length === 0 || chosen.includes(row)))) {
      injected.push(await injectOne(fault))
    }
  } finally {
    await towns.close()
  }
  const faithful = check(() => towns.assertFaithful())

  report.line()
  report.table(
    ['row', 'injected', 'outcome', 'seconds'],
    injected.toSorted(byRow).map(({ row, injected: what, ending, seconds }) => {
      const outcome = ending.kind === 'survived' ? ending.outcome : `BROKEN: ${ending.how.split('\n')[0]}`
      return [row, what, outcome, seconds.toFixed(1)]
    }),
  )
  report.table(
    ['row', 'still open', 'issue'],
    openRows.map(({ row, fault, issue }) => [row, fault, issue]),
  )
  if (faithful !== undefined) report.line(faithful)
  const broken = injected.filter(({ ending }) => ending.kind === 'broken')
  report.line(
    broken.length === 0 ? `All ${injected.length} faults were survived.` : `${broken.length} of ${injected.length} faults broke it.`,
  )
  return broken.length === 0 && faithful === undefined ? 0 : 1

  async function injectOne(fault: Fault): Promise<Injected> {
    report.progress(`${fault.row}: ${fault.injected}`)
    const began = performance.now()
    const ending = await inject(fault, towns)
    report.progress(`${fault.row}: ${ending.kind === 'survived' ? `survived: ${ending.outcome}` : `BROKEN: ${ending.how}`}`)
    return { ...fault, ending, seconds: (performance.now() - began) / 1000 }
  }
}

const numberOf = (row: string): number => Number(row.slice(1))
const byRow = (one: Fault, other: Fault): number => numberOf(one.row) - numberOf(other.row)

/** What the check threw; undefined where it holds. */
function check(holds: () => void): string | undefined {
  try {
    holds()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, strict: false, options: { seeds: { type: 'string' } } })
// The crash runs read their own words.
if (values.seeds !== undefined) await import('./crash-runs/main.ts')
else process.exitCode = await injectRows(positionals)
