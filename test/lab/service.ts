import { descendants, type Program, programOf, signalPid } from './program.ts'

/** Something that can be stopped, broken and started again under a test's control. */
export interface Service {
  /** Pid of the running process; 0 while it is stopped. */
  readonly pid: number
  readonly log: string
  /** Starts it and waits until it answers. */
  start(): Promise<void>
  /** Ends it in an orderly way. */
  stop(): Promise<void>
  /** SIGKILL, for it and the processes that serve its connections. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void
  resume(): void
}

export interface ServiceOptions {
  /** Names of the processes it forks that are part of it, such as sshd's sessions. */
  helpers?: string[]
  /** What ends it in an orderly way; SIGTERM where absent. */
  ending?: NodeJS.Signals
}

/**
 * A service around a program that can be started any number of times.
 * @param launch starts the program and resolves when it answers; called again for each start
 */
export async function service(launch: () => Promise<Program>, { helpers = [], ending = 'SIGTERM' }: ServiceOptions = {}): Promise<Service> {
  let program = await launch()
  const log = program.log
  const family = () => [program.pid, ...descendants(program.pid).filter((pid) => helpers.includes(programOf(pid) ?? ''))]
  const signalAll = (signal: NodeJS.Signals) => {
    if (program.running()) for (const pid of family()) signalPid(pid, signal)
  }
  return {
    log,
    get pid() {
      return program.running() ? program.pid : 0
    },
    start: async () => {
      if (!program.running()) program = await launch()
    },
    stop: async () => {
      const own = family().slice(1)
      await program.end(ending, 20)
      for (const pid of own) signalPid(pid, 'SIGKILL')
    },
    kill: async () => {
      signalAll('SIGKILL')
      await program.gone
    },
    pause: () => signalAll('SIGSTOP'),
    resume: () => {
      signalAll('SIGCONT')
      program.signal('SIGCONT')
    },
  }
}
