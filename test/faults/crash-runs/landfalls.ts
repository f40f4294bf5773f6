import { setTimeout as pause } from 'node:timers/promises'
import { type LandfallProcess, type LogLine, startProcess } from '../../lab/landfall/process.ts'

/** The Landfalls of a run, as whoever keeps them up sees them. */
export interface Landfalls {
  readonly members: readonly Member[]
  /** What ended although nobody had ended it, with its last words. */
  readonly collapses: readonly string[]
  open(): Promise<void>
  /** Ends all of them in an orderly way. @throws where one does not end in time, or with another exit code than 0 */
  close(): Promise<void>
}

export interface Member {
  readonly name: string
  readonly state: 'up' | 'down' | 'stalled'
  readonly pid: number
  /** How often it was killed. */
  readonly kills: number
  readonly url: string
  /** Of all its lives. */
  readonly log: readonly LogLine[]
  /** Starts it, again and again where it does not start because what it needs is down. */
  start(): Promise<void>
  kill(): Promise<void>
  /** SIGTERM. Resolves to the exit code. */
  stop(): Promise<number | null>
  /** SIGSTOP, and the end of it. */
  stall(): void
  resume(): void
}

export interface LandfallsOptions {
  names: readonly string[]
  environment: Record<string, string>
  /** Where their code is, where that is not this project's. */
  program: string | undefined
  /** Hears each line of their logs. */
  onLine(line: LogLine, by: string): void
  /** Where webhooks are to go from now on: to one that lives, as a balancer in front of them does it. */
  aim(url: string): void
}

/** The balancer notices so late that a server is dead, in milliseconds. */
const noticedAfter = 300
/** SIGTERM ends Landfall within 20 s, and what hangs after 25. */
const orderly = 27_000

export function landfalls(options: LandfallsOptions): Landfalls {
  const collapses: string[] = []
  const aim = () => {
    const living = members.find(({ state }) => state === 'up')
    if (living) options.aim(`${living.url}/api/github/webhooks`)
  }
  const members = options.names.map((name) =>
    memberNamed(name, options, {
      began: aim,
      ended: () => void pause(noticedAfter).then(aim),
      collapsed: (words) => collapses.push(`Landfall ${name} ended by itself: ${words}`),
    }),
  )
  return {
    members,
    collapses,
    open: async () => void (await Promise.all(members.map((member) => member.start()))),
    async close() {
      for (const { name, code } of await Promise.all(members.map(async (member) => ({ name: member.name, code: await member.stop() }))))
        if (code !== 0 && code !== null) throw new Error(`Landfall ${name} ended with ${code} after SIGTERM`)
    },
  }
}

interface Life {
  began(): void
  ended(): void
  collapsed(words: string): void
}

function memberNamed(name: string, { environment, program, onLine }: LandfallsOptions, life: Life): Member {
  const log: LogLine[] = []
  let running: LandfallProcess | undefined
  let stalled = false
  let kills = 0
  /** Whether somebody wants it to be up. */
  let wanted = false

  const hear = (line: LogLine) => {
    log.push(line)
    onLine(line, name)
  }

  function take(begun: LandfallProcess): void {
    running = begun
    stalled = false
    for (const line of begun.log) hear(line)
    begun.onLine(hear)
    life.began()
    // No line is waited for: this rejects when it ends.
    begun
      .logged(() => false, 86_400)
      .catch((end: Error) => {
        if (running === begun) running = undefined
        life.ended()
        if (!wanted) return
        life.collapsed(end.message.split('\n').slice(-12).join('\n'))
        wanted = false
        void member.start()
      })
  }

  const member: Member = {
    name,
    log,
    get state() {
      return running === undefined ? 'down' : stalled ? 'stalled' : 'up'
    },
    get pid() {
      return running?.pid ?? 0
    },
    get url() {
      return running?.url ?? ''
    },
    async start() {
      if (wanted) return
      wanted = true
      for (let tries = 0; wanted && !running; tries += 1) {
        try {
          take(await startProcess(environment, [], program))
        } catch (error) {
          if (tries === 60) throw error
          await pause(500)
        }
      }
    },
    get kills() {
      return kills
    },
    async kill() {
      wanted = false
      kills += 1
      await running?.kill()
    },
    async stop() {
      wanted = false
      const late = new AbortController()
      const tooLate = pause(orderly, undefined, { signal: late.signal }).then(() => {
        throw new Error(`Landfall ${name} did not end within ${orderly / 1000} s of SIGTERM`)
      })
      try {
        return (await Promise.race([running?.stop(), tooLate])) ?? null
      } finally {
        tooLate.catch(() => {})
        late.abort()
      }
    },
    stall() {
      if (!running) return
      stalled = true
      process.kill(running.pid, 'SIGSTOP')
    },
    resume() {
      if (!running) return
      stalled = false
      process.kill(running.pid, 'SIGCONT')
    },
  }
  return member
}
