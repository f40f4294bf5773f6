import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const startWords = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')))
  .scripts.start.split(' ')

/** What `npm start` tells Node beside the program. */
export const startFlags = startWords.filter((word) => word.startsWith('--max'))

/** What `npm start` tells the C library that Node runs on. */
export const startEnvironment: Record<string, string> = Object.fromEntries(
  startWords.filter((word) => word.startsWith('MALLOC_')).map((word) => word.split('=')),
)

/** A Landfall as `npm start` runs it: its own process, its own data folder. */
export interface LandfallProcess {
  /** `http://127.0.0.1:PORT` */
  url: string
  pid: number
  /** Every line it logged, parsed. */
  log: LogLine[]
  /** Calls the listener with each further line. */
  onLine(listener: (line: LogLine) => void): void
  /** Resolves with the first log line that fits, past or future. */
  logged(matches: (line: LogLine) => boolean, seconds?: number): Promise<LogLine>
  stop(): Promise<number | null>
  kill(): Promise<void>
}

export type LogLine = z.infer<typeof logLine>
const logLine = z.looseObject({ level: z.number(), time: z.number(), msg: z.string() })

/**
 * Starts one and waits until it serves. Throws with what it said when it does not start.
 *
 * @param through a command that becomes Landfall itself once it has changed its surroundings, such as nsenter
 * @param program where its code is, where that is not this project's
 */
export async function startProcess(
  environment: Record<string, string>,
  through: readonly string[] = [],
  program = process.cwd(),
): Promise<LandfallProcess> {
  const [command = '', ...words] = [...through, process.execPath, ...startFlags, 'src/main/serve.ts']
  const child = spawn(command, words, {
    cwd: program,
    env: { PATH: process.env.PATH ?? '', ...startEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: LogLine[] = []
  const said: string[] = []
  const listeners = new Set<() => void>()
  const followers = new Set<(line: LogLine) => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    const parsed = line.startsWith('{') ? logLine.safeParse(JSON.parse(line)) : undefined
    if (parsed?.success) {
      log.push(parsed.data)
      for (const follower of followers) follower(parsed.data)
    }
    tell()
  })
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  child.once('exit', tell)

  const logged = (matches: (line: LogLine) => boolean, seconds = 20): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const end = (finish: () => void) => {
        clearTimeout(timer)
        listeners.delete(look)
        finish()
      }
      const look = () => {
        const found = log.find(matches)
        if (found) end(() => resolve(found))
        else if (child.exitCode !== null || child.signalCode !== null) end(() => reject(new Error(`Landfall ended:\n${said.join('\n')}`)))
      }
      const timer = setTimeout(
        () => end(() => reject(new Error(`Landfall did not log that within ${seconds} s:\n${said.slice(-30).join('\n')}`))),
        seconds * 1000,
      )
      listeners.add(look)
      look()
    })

  // One that is too slow must not go on beside the next that is tried.
  const serving = await logged(({ msg }) => msg === 'landfall serves').catch(async (error: Error) => {
    await end(child, 'SIGKILL')
    throw error
  })
  const { port } = z.object({ port: z.number() }).parse(serving)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    log,
    onLine: (listener) => void followers.add(listener),
    logged,
    stop: () => end(child, 'SIGTERM'),
    async kill() {
      await end(child, 'SIGKILL')
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal)
    await once(child, 'exit')
  }
  return child.exitCode
}
