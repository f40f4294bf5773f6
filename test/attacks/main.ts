import { parseArgs } from 'node:util'
import { printedReport } from '../support/printed-report.ts'
import { type Attack, tryAttack, type Verdict } from './attack.ts'
import { attacks, openRows, triedElsewhere } from './list.ts'
import { type AttackedTown, openAttackedTown } from './town.ts'

/**
 * `npm run attacks`: tries every attack on the running parts, tells how each ended, and which rows are still open. `npm run attacks -- A4 A6`
 * tries those of these rows.
 */

const report = printedReport()
const { positionals: chosen } = parseArgs({ allowPositionals: true })

type Tried = Attack & { verdict: Verdict }

async function tryAll(): Promise<Tried[]> {
  const town = await openAttackedTown({ say: report.progress })
  try {
    report.progress('deploying the shop that is attacked')
    await town.merge({ title: 'The shop opens' }, 'success')
    const tried: Tried[] = []
    for (const attack of attacks.filter(({ row }) => chosen.length === 0 || chosen.includes(row))) {
      report.progress(`${attack.row}: ${attack.tried}`)
      const verdict = await tryAttack(attack, town)
      report.progress(`${attack.row}: ${verdict.kind === 'refused' ? 'refused' : `GOT THROUGH: ${verdict.how}`}`)
      tried.push({ ...attack, verdict })
    }
    return [...tried, await judgedByGitHub(town)]
  } finally {
    await town.close()
  }
}

/** What Landfall asked of GitHub under attack must still be what GitHub's own description allows. */
async function judgedByGitHub(town: AttackedTown): Promise<Tried> {
  const attack: Attack = {
    row: 'all',
    tried: 'making Landfall ask GitHub for nonsense',
    async attempt({ scenario }) {
      scenario.github.assertFaithful()
      return `${scenario.github.requests.length} requests, each as GitHub's API is described`
    },
  }
  return { ...attack, verdict: await tryAttack(attack, town) }
}

const tried = await tryAll()
const through = tried.filter(({ verdict }) => verdict.kind === 'got-through')
report.line()
report.table(
  ['row', 'tried', 'refused', 'shown by'],
  tried.map(({ row, tried: what, verdict }) =>
    verdict.kind === 'refused' ? [row, what, 'yes', verdict.shownBy] : [row, what, 'NO', verdict.how.split('\n')[0] ?? ''],
  ),
)
report.table(
  ['row', 'tried by itself'],
  triedElsewhere.map(({ row, test }) => [row, test]),
)
report.table(
  ['row', 'still open', 'issue'],
  openRows.map(({ row, attack, issue }) => [row, attack, issue]),
)
report.line(
  through.length === 0 ? `All ${tried.length} attacks were refused.` : `${through.length} of ${tried.length} attacks got through.`,
)
process.exitCode = through.length === 0 ? 0 : 1
