import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process the laboratory started. It dies with the process that started it, even when that is killed with SIGKILL. */
export interface Program {
  name: string
  pid: number
  /** File with everything it wrote. */
  log: string
  /** Resolves when it is gone. */
  gone: Promise<void>
  running(): boolean
  signal(signal: NodeJS.Signals): void
  /** Asks it to end with `signal`, kills it when it takes longer than `graceSeconds`; resolves when it is gone. */
  end(signal?: NodeJS.Signals, graceSeconds?: number): Promise<void>
}

export interface ProgramOptions {
  name: string
  command: string[]
  log: string
  env?: Record<string, string>
  folder?: string
  /** Unix user to run as; root where absent. */
  user?: string
  /** The command (nsenter, unshare) stays as parent of the real program: that one has the pid and gets the signals. */
  wraps?: boolean
}

/** Starts a program in the background; its output goes to `log`. */
export function startProgram({ name, command, log, env = {}, folder, user, wraps = false }: ProgramOptions): Program {
  const output = openSync(log, 'a')
  const asUser = user ? ['--reuid', user, '--regid', user, '--init-groups'] : []
  // The kernel sends the signal when this process dies: no test run, however it ends, leaves daemons behind.
  const child = spawn('setpriv', [...asUser, '--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', output, output],
    env: { PATH: systemPath, ...env },
    cwd: folder ?? '/',
  })
  closeSync(output)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const running = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined
  let real = wraps ? undefined : child.pid
  const pid = () => {
    if (child.pid === undefined) return 0
    real ??= descendants(child.pid)[0]
    return real ?? child.pid
  }
  const signal = (which: NodeJS.Signals) => {
    if (!running()) return
    signalPid(pid(), which)
    if (wraps && which === 'SIGCONT') child.kill(which) // the parent mirrored the stop of its child
  }
  return {
    name,
    get pid() {
      return pid()
    },
    log,
    gone,
    running,
    signal,
    end: async (which = 'SIGTERM', graceSeconds = 10) => {
      signal(which)
      signal('SIGCONT')
      const late = new AbortController()
      await Promise.race([gone, sleep(graceSeconds * 1000, undefined, { signal: late.signal }).catch(() => {})])
      late.abort()
      signal('SIGKILL')
      await gone
    },
  }
}

/** Where Debian keeps programs; the caller's own PATH may lead elsewhere. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Waits until `probe` is true, asking every 20 ms.
 * @throws when the program ends before, or after `seconds`; with the end of its log.
 */
export async function until(program: Program, probe: () => Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await probe())) {
    if (!program.running()) throw new Error(`laboratory: ${program.name} ended before it was ready.\n${lastLines(program.log)}`)
    if (performance.now() > deadline)
      throw new Error(`laboratory: ${program.name} was not ready after ${seconds} s.\n${lastLines(program.log)}`)
    await sleep(20)
  }
}

export const lastLines = (file: string, count = 20): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')

/** All processes below this one, parents first. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = parentOf(Number(entry))
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const below = (of: number): number[] => (children.get(of) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

/** The program a process runs, as the kernel names it (at most 15 characters); undefined when it is gone. */
export const programOf = (pid: number): string | undefined => statOf(pid)?.name

/** The words a process was started with; empty when it is gone. */
export function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
  } catch {
    return '' // it ended between listing and reading
  }
}

const parentOf = (pid: number) => statOf(pid)?.parent

function statOf(pid: number): { name: string; parent: number } | undefined {
  try {
    const found = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return found ? { name: found[1] ?? '', parent: Number(found[2]) } : undefined
  } catch {
    return undefined // it ended between listing and reading
  }
}

/** Sends a signal to a process that may be gone already. */
export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, constants.signals[signal])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
