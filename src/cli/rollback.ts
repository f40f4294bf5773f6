import { parseArgs } from 'node:util'
import type { RollbackTo } from '../domain/command.ts'
import { missedBy, type State } from '../domain/deployment.ts'
import { remedyOf, sentenceOf } from '../domain/reason.ts'
import type { Asked, OperatorRollback } from '../flow/operate.ts'
import type { Happened, Seen } from '../flow/see-through.ts'
import { namedRelease } from '../policy/commands/read-rollback.ts'
import { lines } from '../report/text.ts'
import { headlineOf, shortBecause, titleOf } from '../report/wording.ts'

/** What this verb needs from outside. */
export interface RollbackTools {
  /** Name of the operating system's user. */
  user: string
  ask(wanted: OperatorRollback): Promise<Asked>
  /** Until it has come to its end, or somebody at the terminal has seen enough. */
  see(deployment: string, say: (happened: Happened) => void): Promise<Seen>
  print(line: string): void
}

const usage = `landfall rollback OWNER/NAME ENVIRONMENT [--to RELEASE] [--over-contract]
Goes back to the release before the one that runs, or to a named one. Works where Landfall keeps its data, with GitHub down, and
whether or not a Landfall serves. Passes every gate; asks nobody for a role.
  --to RELEASE   a commit of at least 7 digits, a tag that was pushed for it, a pull request (#12), or the number of a generation
  --over-contract   also over a release that says that nothing older fits its data any more

Exit codes: 0 verified; 1 refused, or no host was changed; 2 wrongly called; 3 not verified, and every host returned; 4 halted: look at
the hosts; 5 not over yet; 6 verified, but not on hosts that are away.`

/** How it ended, for scripts. */
const codes: Partial<Record<State, number>> = {
  succeeded: 0,
  failed: 1,
  rejected: 1,
  superseded: 1,
  cancelled: 1,
  'rolled-back': 3,
  halted: 4,
}
const notOver = 5
const notEverywhere = 6

/** `landfall rollback …`. Returns the exit code. */
export async function rollbackVerb(argv: string[], tools: RollbackTools): Promise<number> {
  const { print, user } = tools
  const { wanted, problems } = read(argv)
  if (!wanted) {
    for (const line of [...problems, '', usage]) print(line)
    return 2
  }
  const asked = await tools.ask({ ...wanted, user })
  if (asked.kind === 'refused') {
    print(`${sentenceOf(asked.reason)}. ${remedyOf(asked.reason)}.`)
    return 1
  }
  const { deployment: id, already } = asked
  print(already ? `A rollback of ${wanted.environment} is on its way already (${id}).` : `Asked as operator ${user} (${id}).`)
  const { deployment, here } = await tools.see(id, (happened) => {
    for (const line of told(happened)) print(line)
  })
  const code = missedBy(deployment).length > 0 ? notEverywhere : codes[deployment.state]
  if (code === undefined) {
    print(`${headlineOf(deployment)}. A Landfall that serves goes on with it; or run this again.`)
    return notOver
  }
  const reason = deployment.reason ?? shortBecause(deployment)
  print(`${titleOf(deployment)}.${reason ? ` ${remedyOf(reason)}.` : ''}`)
  if (deployment.soak?.state === 'under-way') print('Its soak goes on behind, where a Landfall serves.')
  if (here) print('No Landfall took it up, so it was done here: GitHub and chat are told by the next one that serves.')
  return code
}

function read(argv: string[]): { wanted?: Omit<OperatorRollback, 'user'>; problems: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { to: { type: 'string' }, 'over-contract': { type: 'boolean' } },
      allowPositionals: true,
    })
    const [repository = '', environment, ...more] = positionals
    if (environment === undefined || more.length > 0) return { problems: ['Say which repository and which environment, and no more.'] }
    const problems = /^[^/\s]+\/[^/\s]+$/.test(repository) ? [] : [`${repository}: is not OWNER/NAME of a repository.`]
    const to: RollbackTo | undefined = values.to === undefined ? undefined : namedRelease(values.to)
    if (values.to !== undefined && !to)
      problems.push(`--to: ${values.to} is no commit of at least 7 digits, tag, #pull request or generation.`)
    return problems.length > 0
      ? { problems }
      : { wanted: { repository, environment, ...(to && { to }), ...(values['over-contract'] && { overContract: true }) }, problems }
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
}

/** A line of the record, its further ones below it. What hosts said must not steer the terminal. */
function told({ step, host, text }: Happened): string[] {
  const [first = '', ...more] = lines(text)
  return [`  ${host === undefined ? step : `${step} ${host}`}: ${first}`, ...more.map((line) => `    ${line}`)]
}
