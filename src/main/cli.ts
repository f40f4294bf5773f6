#!/usr/bin/env node
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Answer } from '../cli/answer.ts'
import { recoverVerb } from '../cli/recover.ts'
import { schema } from '../cli/schema.ts'
import { validate } from '../cli/validate.ts'
import { verifyReceiptVerb } from '../cli/verify-receipt.ts'
import { projectFilePath, projectFolder } from '../domain/configuration.ts'
import { recover } from '../flow/recover.ts'
import { verifyReceipt } from '../flow/verify-receipt.ts'
import { overRecords } from './records.ts'

const usage = `landfall VERB
  adopt USER@HOST [PROJECT]         take over what runs on a machine by hand, without a restart
  host bootstrap USER@HOST[:PORT]   make a machine a host of this Landfall
  host check [HOST ...]             tell how hosts are, as Landfall sees them
  host key [BASTION]                print the key that Landfall logs in with, and what a bastion is to let it do
  host retire HOST                  take a host out
  recover [options]                 bring a lost or restored database up to what the hosts know
    --dry-run                         only tell what would be done
    --without HOST                    go on without this host, whatever it may know
    --lost-key                        the signing key was lost too
  validate [options]                check the files of projects and operator.yml, all against each other
    --project FILE                    one file; default: ${projectFilePath} and all in ${projectFolder}, where they exist
    --operator FILE                   default: LANDFALL_OPERATOR or operator.yml, where it exists
    --repository OWNER/NAME           whose file it is; needed to check it against the operator's
  rollback OWNER/NAME ENVIRONMENT   go back to the release before, also with GitHub down or with no Landfall serving
    --to RELEASE                      a commit, a pull request (#12) or a generation
  secret set|rm|list|recipient      secrets of environments, encrypted in their repository
  verify-receipt OWNER/NAME ENVIRONMENT
                                    compare what was proved last with every host as it is now
  schema project|operator           print the JSON Schema of a file, for editors
`

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(argv: string[]): Promise<number> {
  const [verb, ...rest] = argv
  const aboutHosts = verb === 'host' ? await (await import('./host.ts')).hostVerb(rest, print) : undefined
  if (aboutHosts !== undefined) return aboutHosts
  if (verb === 'adopt') return (await import('./adopt.ts')).adoptProjects(rest, print)
  if (verb === 'recover') return recoverDatabase(rest)
  if (verb === 'rollback') return (await import('./rollback.ts')).rollBack(rest, print)
  if (verb === 'schema') return tell(schema(rest))
  if (verb === 'secret') return (await import('./secret.ts')).changeSecrets(rest, print)
  if (verb === 'verify-receipt') return compareReceipt(rest)
  if (verb === 'validate') return tell(validateFiles(rest))
  const asked = verb === undefined || verb === 'help' || verb === '--help'
  ;(asked ? process.stdout : process.stderr).write(asked ? usage : `There is no verb "${argv.join(' ')}".\n${usage}`)
  return asked ? 0 : 2
}

const recoverDatabase = (argv: string[]): Promise<number> =>
  overRecords((ports) => {
    const hosts = Object.keys(ports.operator.current().hosts)
    return recoverVerb(argv, { hosts, recover: (request, say) => recover(request, ports, say), print })
  })

const compareReceipt = (argv: string[]): Promise<number> =>
  overRecords((ports) =>
    verifyReceiptVerb(argv, { verify: (repository, environment) => verifyReceipt(repository, environment, ports), print }),
  )

function validateFiles(argv: string[]): Answer {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: argv, options: { project: text, operator: text, repository: text } })
  const further = existsSync(projectFolder) ? readdirSync(projectFolder).filter((name) => /\.ya?ml$/.test(name)) : []
  const usual = [projectFilePath, ...further.sort().map((name) => `${projectFolder}/${name}`)]
  const projects = values.project === undefined ? usual.flatMap((path) => source(undefined, path) ?? []) : [source(values.project, '')]
  const operator = source(values.operator, process.env.LANDFALL_OPERATOR ?? 'operator.yml')
  return validate({
    repository: values.repository ?? 'repository',
    projects: projects.flatMap((one) => (one ? [{ path: one.file, text: one.text }] : [])),
    ...(operator && { operator }),
  })
}

/** The named file; or the usual one where it exists. */
function source(named: string | undefined, usual: string): { text: string; file: string } | undefined {
  try {
    return { text: readFileSync(named ?? usual, 'utf8'), file: named ?? usual }
  } catch (error) {
    if (named === undefined) return undefined
    throw new Error(`${named}: cannot be read. Check the path.`, { cause: error })
  }
}

function tell({ text, exitCode }: Answer): number {
  process[exitCode === 0 ? 'stdout' : 'stderr'].write(text)
  return exitCode
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
