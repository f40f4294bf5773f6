import { type Attack, tryAttack, type Verdict } from './attack.ts'
import { attacks, openRows } from './list.ts'
import { openTown, type Town } from './town.ts'

/** `npm run attacks`: tries every attack on the running parts, tells how each ended, and which rows are still open. */

const print = (line = ''): void => void process.stdout.write(`${line}\n`)
const startedAt = performance.now()
const progress = (line: string) => print(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`)

type Tried = Attack & { verdict: Verdict }

async function tryAll(): Promise<Tried[]> {
  const town = await openTown({ servers: true, say: progress })
  try {
    progress('deploying the shop that is attacked')
    await town.merge({ title: 'The shop opens' }, 'success')
    const tried: Tried[] = []
    for (const attack of attacks) {
      progress(`${attack.row}: ${attack.tried}`)
      const verdict = await tryAttack(attack, town)
      progress(`${attack.row}: ${verdict.kind === 'refused' ? 'refused' : `GOT THROUGH: ${verdict.how}`}`)
      tried.push({ ...attack, verdict })
    }
    return [...tried, await judgedByGitHub(town)]
  } finally {
    await town.close()
  }
}

/** What Landfall asked of GitHub under attack must still be what GitHub's own description allows. */
async function judgedByGitHub(town: Town): Promise<Tried> {
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

/** Columns as wide as their widest cell; the last one runs on. */
function table(head: string[], rows: string[][]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  print(line(head))
  print(line(widths.map((width) => '─'.repeat(width))))
  for (const row of rows) print(line(row))
}

const tried = await tryAll()
const through = tried.filter(({ verdict }) => verdict.kind === 'got-through')
print()
table(
  ['row', 'tried', 'refused', 'shown by'],
  tried.map(({ row, tried: what, verdict }) =>
    verdict.kind === 'refused' ? [row, what, 'yes', verdict.shownBy] : [row, what, 'NO', verdict.how.split('\n')[0] ?? ''],
  ),
)
print()
table(
  ['row', 'still open', 'issue'],
  openRows.map(({ row, attack, issue }) => [row, attack, issue]),
)
print()
print(through.length === 0 ? `All ${tried.length} attacks were refused.` : `${through.length} of ${tried.length} attacks got through.`)
process.exitCode = through.length === 0 ? 0 : 1
