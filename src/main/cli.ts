#!/usr/bin/env node
import { mkdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openSigner } from '../adapters/signer.ts'
import { adminLogin } from '../adapters/ssh/admin.ts'
import { sshHosts } from '../adapters/ssh/hosts.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import type { Answer } from '../cli/answer.ts'
import { hostBootstrap } from '../cli/host-bootstrap.ts'
import { schema } from '../cli/schema.ts'
import { validate } from '../cli/validate.ts'
import { projectFilePath } from '../domain/configuration.ts'
import { Secret } from '../domain/secret.ts'

const usage = `landfall VERB
  host bootstrap USER@HOST[:PORT]   make a machine a host of this Landfall
  validate [options]                check .github/landfall.yml and operator.yml, both against each other
    --project FILE                    default: ${projectFilePath}, where it exists
    --operator FILE                   default: LANDFALL_OPERATOR or operator.yml, where it exists
    --repository OWNER/NAME           whose file it is; needed to check it against the operator's
  schema project|operator           print the JSON Schema of a file, for editors
`

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(argv: string[]): Promise<number> {
  const [verb, ...rest] = argv
  if (verb === 'host' && rest[0] === 'bootstrap') return bootstrap(rest.slice(1))
  if (verb === 'schema') return tell(schema(rest))
  if (verb === 'validate') return tell(validateFiles(rest))
  const asked = verb === undefined || verb === 'help' || verb === '--help'
  ;(asked ? process.stdout : process.stderr).write(asked ? usage : `There is no verb "${argv.join(' ')}".\n${usage}`)
  return asked ? 0 : 2
}

async function bootstrap(argv: string[]): Promise<number> {
  const folder = resolve(process.env.LANDFALL_DATA ?? 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [login, signer] = await Promise.all([openLoginKey(folder), openSigner(folder)])
  const hosts = sshHosts(login.privateKey)
  try {
    return await hostBootstrap(argv, {
      login: adminLogin,
      hosts,
      loginKey: login.publicKey,
      signingKey: signer.publicKey,
      shell: readFileSync(join(import.meta.dirname, '..', 'host', 'landfall-shell.sh'), 'utf8'),
      readKey: async (path) => new Secret(await readFile(path, 'utf8')),
      agent: process.env.SSH_AUTH_SOCK,
      print,
    })
  } finally {
    await hosts.close()
  }
}

function validateFiles(argv: string[]): Answer {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: argv, options: { project: text, operator: text, repository: text } })
  const project = source(values.project, projectFilePath)
  const operator = source(values.operator, process.env.LANDFALL_OPERATOR ?? 'operator.yml')
  return validate({ repository: values.repository ?? 'repository', ...(project && { project }), ...(operator && { operator }) })
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
