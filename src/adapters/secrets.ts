import { spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import type { SecretReader, SecretReference } from '../domain/configuration.ts'
import { Secret } from '../domain/secret.ts'
import { SecretUnavailable } from '../flow/ports.ts'
import { codeOf } from './error-code.ts'
import { messageOf } from './message-of.ts'

/** A password or an address; nobody keeps 64 KiB of it. */
const mostBytes = 64 * 1024

/**
 * Reads each reference anew, so that a rotated secret counts at once; what a command printed is kept for as long as it `lasts`. One line break at the end is not part of the value.
 * Commands run without a shell, in `environment`, and are killed with all their children after `limit` seconds.
 * Throws SecretUnavailable, also for a value that is empty.
 */
export function secretReader(environment: Readonly<Record<string, string | undefined>>, limit = 10): SecretReader {
  const kept = new Map<string, { value: Promise<Secret>; until: number }>()
  const read = async (reference: SecretReference) => {
    const value = (await rawValue(reference, environment, limit)).replace(/\r?\n$/, '')
    if (value === '') throw unavailable(reference, 'is empty')
    return new Secret(value)
  }
  return (reference, how) => {
    const lasts = 'command' in reference ? reference.lasts : undefined
    if (lasts === undefined) return read(reference)
    const key = JSON.stringify(reference)
    const known = kept.get(key)
    if (known && how !== 'anew' && performance.now() < known.until) return known.value
    const value = read(reference)
    kept.set(key, { value, until: performance.now() + lasts * 1000 })
    value.catch(() => kept.delete(key))
    return value
  }
}

async function rawValue(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>>,
  limit: number,
): Promise<string> {
  if ('env' in reference) return environment[reference.env] ?? refuse(reference, 'is not set')
  if ('file' in reference) return fileValue(reference)
  return commandValue(reference, environment, limit)
}

async function fileValue(reference: { file: string }): Promise<string> {
  try {
    const { size } = await stat(reference.file)
    if (size > mostBytes) throw new RangeError('too large')
    return await readFile(reference.file, 'utf8')
  } catch (error) {
    throw unavailable(reference, `cannot be read (${nameOfError(error)})`)
  }
}

function commandValue(
  reference: { command: string[] },
  environment: Readonly<Record<string, string | undefined>>,
  limit: number,
): Promise<string> {
  const [program = '', ...args] = reference.command
  if (program === '') throw unavailable(reference, 'names no program')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  // A group of its own: what the command started ends with it, and cannot keep its output open for ever.
  const child = started(reference, () =>
    spawn(program, args, { env: { ...environment }, stdio: ['ignore', 'pipe', 'ignore'], detached: true }),
  )
  const chunks: Buffer[] = []
  let size = 0
  const giveUp = (why: string) => {
    clearTimeout(timer)
    reject(unavailable(reference, why))
    child.stdout.destroy()
    endGroup(child.pid)
  }
  const timer = setTimeout(() => giveUp(`took longer than ${limit} s`), limit * 1000)
  child.on('error', (error) => giveUp(`cannot be started (${nameOfError(error)})`))
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBytes) giveUp('printed more than 64 KiB')
    else chunks.push(chunk)
  })
  child.on('close', (code) => {
    clearTimeout(timer)
    if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
    else reject(unavailable(reference, `ended with ${code === null ? 'a signal' : `code ${code}`}`))
  })
  return promise
}

/** Some failures to start are told by an event, others are thrown. */
function started<Child>(reference: SecretReference, start: () => Child): Child {
  try {
    return start()
  } catch (error) {
    throw unavailable(reference, `cannot be started (${nameOfError(error)})`)
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

/** As the operator's file has it; of a command the program only, since arguments may tell too much. */
function nameOf(reference: SecretReference): string {
  if ('env' in reference) return `env ${reference.env}`
  if ('file' in reference) return `file ${reference.file}`
  return `command ${reference.command[0] ?? ''}`
}

const unavailable = (reference: SecretReference, why: string): SecretUnavailable =>
  new SecretUnavailable(nameOf(reference), why, !('env' in reference))

const refuse = (reference: SecretReference, why: string): never => {
  throw unavailable(reference, why)
}

const nameOfError = (error: unknown): string => codeOf(error) || messageOf(error)
