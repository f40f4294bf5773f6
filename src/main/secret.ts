import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { systemClock } from '../adapters/clock.ts'
import { githubClients } from '../adapters/github/clients.ts'
import { createGitHub } from '../adapters/github/github.ts'
import { openIdentities } from '../adapters/identities.ts'
import { createErrorLogger, logPort } from '../adapters/log.ts'
import { messageOf } from '../adapters/message-of.ts'
import { profile } from '../adapters/profile.ts'
import { openStore } from '../adapters/store/open.ts'
import { secretVerb } from '../cli/secret.ts'
import { problemText } from '../domain/problem.ts'
import { type AgesKnown, listSecrets } from '../flow/list-secrets.ts'
import type { GitHub } from '../flow/ports.ts'
import { proposeSecret } from '../flow/propose-secret.ts'
import { editedFile } from '../flow/secret-edit.ts'
import { refused } from '../flow/secret-place.ts'
import { keptFolder } from './kept-folder.ts'
import { readSettings } from './settings.ts'
import { askUnseen } from './terminal.ts'
import { userName } from './user-name.ts'

/** `landfall secret`, with the environment that Landfall is started with. */
export async function changeSecrets(argv: string[], print: (line: string) => void): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const identities = await openIdentities(keptFolder())
  const ports = { identities, clock: systemClock, randomBytes }
  return secretVerb(argv, {
    user: userName(),
    recipient: async (repository, environment) => (await identities.of(repository, environment)).recipient,
    readValue,
    propose: (wanted) => proposeSecret(wanted, { ...ports, github: github() }),
    list: (wanted) => withAges((known) => listSecrets(wanted, { github: github() }, known), print),
    async editHere({ path, repository, environment }, edit, also) {
      const text = existsSync(path) ? await readFile(path, 'utf8') : undefined
      const edited = await editedFile(text, path, edit, { ...ports, identity: await identities.of(repository, environment), also })
      if (edited.kind === 'invalid') return refused(edited.problems.map(problemText).join('\n'), 'Nothing was changed')
      return edited.value.kind === 'edited' ? edited.value : refused(`${path}: ${edited.value.why}`, edited.value.remedy)
    },
    write: (path, changed) => writeFile(path, changed),
    print,
    printText: (changed) => void process.stdout.write(changed),
    now: systemClock.now(),
  })
}

/** With the database of this Landfall, also while it serves. Names are worth listing without it. */
async function withAges<T>(act: (known: AgesKnown | undefined) => Promise<T>, print: (line: string) => void): Promise<T> {
  const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env
  const chosen = profile({ folder: keptFolder(), ...(databaseUrl && { databaseUrl }), ...(queueUrl && { queueUrl }) })
  if (chosen.kind === 'invalid') throw new Error(chosen.messages.join('\n'))
  const store = await openStore(chosen.value.store, logPort(createErrorLogger())).catch((error: unknown) => {
    print(`How old values are is not known here: ${messageOf(error)}`)
    return undefined
  })
  return act(store?.secretAges).finally(() => store?.close())
}

function github(): GitHub {
  const read = readSettings(process.env)
  if (read.kind !== 'ready') {
    const why = read.kind === 'invalid' ? read.messages : ['Nothing of the App is configured here.']
    throw new Error([...why, 'Run this where and as Landfall is started, or give a file with --write.'].join('\n'))
  }
  const log = logPort(createErrorLogger())
  return createGitHub(githubClients(read.settings.app, log, { gentle: read.settings.gentle }), log)
}

/** One line break at the end is not part of a value. */
async function readValue(name: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '')
  return askUnseen(`Value of ${name} (it is not shown): `)
}
