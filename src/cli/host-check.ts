import { parseArgs } from 'node:util'
import type { HostReport } from '../flow/check-hosts.ts'
import type { HostProblem } from '../flow/check-registry.ts'
import { lines } from '../report/text.ts'

/** What this verb needs from outside. */
export interface HostCheckTools {
  /** Looks at hosts and `@groups`; at all where none is named. */
  check(names: readonly string[]): Promise<{ kind: 'checked'; reports: HostReport[] } | { kind: 'unknown'; names: string[] }>
  print(line: string): void
}

const usage = `landfall host check [HOST | @GROUP ...] [--json]
Logs in to hosts as a deployment would, and tells how they are; all of them where none is named. Each tries the registries its projects may
use. Nothing is changed.
  --json    one document for programs

Exit codes: 0 all is well; 1 something is not; 2 wrongly called.`

/** `landfall host check …`. Returns the exit code. */
export async function hostCheck(argv: string[], { check, print }: HostCheckTools): Promise<number> {
  const call = read(argv)
  if (!call) {
    print(usage)
    return 2
  }
  const checked = await check(call.positionals)
  if (checked.kind === 'unknown') {
    print(`operator.yml has no ${checked.names.join(', ')}.`)
    return 2
  }
  const { reports } = checked
  const told = call.values.json ? [JSON.stringify({ hosts: reports }, undefined, 2)] : [...table(reports), ...reports.flatMap(details)]
  for (const line of told) print(line)
  return reports.every(({ problems }) => problems.length === 0) ? 0 : 1
}

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: { json: { type: 'boolean' } }, allowPositionals: true })
  } catch {
    return undefined
  }
}

const heads = ['HOST', 'STATE', 'SHELL', 'DOCKER', 'COMPOSE', 'FREE', 'CLOCK', 'REGISTRIES']

/** A line for each host, at most as wide as a terminal unless names are long. */
function table(reports: readonly HostReport[]): string[] {
  const rows = [heads, ...reports.map(row)]
  const widths = heads.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function row({ host, reachable, shell, docker, compose, free, clockAhead, registries, problems }: HostReport): string[] {
  const state = reachable ? (problems.length === 0 ? 'well' : 'ill') : 'away'
  const works = registries.filter((one) => one.works).length
  return [
    host,
    state,
    shell === undefined ? '-' : String(shell),
    short(docker),
    short(compose),
    free === undefined ? '-' : `${Math.floor(free / 1024)} GiB`,
    clockAhead === undefined ? '-' : Math.abs(clockAhead) <= 1 ? 'right' : `${clockAhead > 0 ? '+' : ''}${clockAhead} s`,
    registries.length === 0 ? '-' : `${works} of ${registries.length}`,
  ]
}

/** `26.1.5+dfsg1` is 26.1.5. */
const short = (version = '-'): string => /^[0-9.]+/.exec(version)?.[0] ?? version

function details({ host, holds, problems }: HostReport): string[] {
  const held = holds.map(({ project, environment, why }) => `${project} ${environment} is held there: ${why}`)
  const said = [...problems.map(text), ...held.map((what) => [what])]
  return said.flatMap((paragraphs) => [
    '',
    ...paragraphs.flatMap((one, index) => wrapped(index === 0 ? `${host}: ${one}` : one, index === 0 ? '' : '  ')),
  ])
}

const text = ({ what, remedy }: HostProblem): string[] => [...lines(what).filter((line) => line !== ''), `${remedy}.`.replace(/\.\.$/, '.')]

/** Lines of 80 columns, cut between words. */
function wrapped(paragraph: string, indent: string): string[] {
  const cut = ['']
  for (const word of paragraph.split(' ')) {
    const line = cut.at(-1) ?? ''
    if (line !== '' && indent.length + line.length + 1 + word.length > 80) cut.push(word)
    else cut[cut.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return cut.map((line) => indent + line)
}
