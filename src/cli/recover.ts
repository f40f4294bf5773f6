import { parseArgs } from 'node:util'
import { type EnvironmentRecovered, nameOf, type Recovered, type RecoverRequest } from '../flow/recover.ts'
import { isEmpty, type Recovery } from '../policy/recovery.ts'

/** What this verb needs from outside. */
export interface RecoverTools {
  /** Names of the hosts in the operator's file. */
  hosts: readonly string[]
  /** `recover` of the use cases; `say` hears what each host answered. */
  recover(request: RecoverRequest, say: (line: string) => void): Promise<Recovered>
  print(line: string): void
}

const usage = `landfall recover [options]
Brings a database that was lost, or restored from an older copy, up to what the hosts know. Changes nothing on hosts. Safe to repeat.
  --dry-run         only tell what would be done
  --without HOST    go on without this host, whatever it may know; may be given several times
  --lost-key        Landfall's signing key was lost too: believe hosts' generations although nothing proves them`

const options = {
  'dry-run': { type: 'boolean', default: false },
  without: { type: 'string', multiple: true, default: [] as string[] },
  'lost-key': { type: 'boolean', default: false },
} as const

/** `landfall recover …`. Returns the exit code: 0 all is in order now, 1 something was left, 2 wrongly called. */
export async function recoverVerb(argv: string[], tools: RecoverTools): Promise<number> {
  const { request, problems } = read(argv, tools.hosts)
  if (!request) {
    for (const line of [...problems, '', usage]) tools.print(line)
    return 2
  }
  const { environments, silent, remarks } = await tools.recover(request, tools.print)
  tools.print('')
  for (const line of table(environments, request.dryRun)) tools.print(line)
  const left = environments.flatMap((one) => (one.left === undefined ? [] : [`${nameOf(one)}: left alone: ${one.left}.`]))
  const details = environments.flatMap((one) => one.remarks.map((remark) => `${nameOf(one)}: ${remark}`))
  for (const line of [...left, ...details, ...remarks]) tools.print(line)
  return left.length > 0 || silent.length > 0 ? 1 : 0
}

function read(argv: string[], hosts: readonly string[]): { request?: RecoverRequest; problems: string[] } {
  try {
    const { values } = parseArgs({ args: argv, options })
    const problems = values.without
      .filter((host) => !hosts.includes(host))
      .map((host) => `--without: there is no host "${host}" in operator.yml.`)
    if (problems.length > 0) return { problems }
    return { request: { dryRun: values['dry-run'], without: values.without, lostKey: values['lost-key'] }, problems }
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
}

function table(environments: EnvironmentRecovered[], dryRun: boolean): string[] {
  if (environments.length === 0) return ['No host knows of any environment.']
  const head = ['environment', 'hosts', 'generation', 'database', dryRun ? 'would be done' : 'done']
  const rows = environments.map((one) => [nameOf(one), one.hosts.join(', '), String(one.generation), String(one.before), doneIn(one)])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  return [
    ...[head, ...rows].map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
  ]
}

function doneIn({ recovery, left }: EnvironmentRecovered): string {
  if (isEmpty(recovery)) return 'nothing: in order'
  return left === undefined ? stepsOf(recovery).join('; ') : 'nothing: see below'
}

function stepsOf({ generation, turn, added, ended }: Recovery): string[] {
  const known = added.map(({ release, state }) =>
    state === 'succeeded' ? `${release.plan.generation}` : `${release.plan.generation} (${state})`,
  )
  return [
    ...(generation === undefined ? [] : [`goes on with generation ${generation + 1}`]),
    ...(turn === undefined ? [] : [`what is under way goes on with turn ${turn + 1} or later`]),
    ...(known.length === 0 ? [] : [`known again: ${known.join(', ')}`]),
    ...ended.map(({ deployment, fate }) => `deployment ${deployment.id} ended as ${fate.state}`),
  ]
}
