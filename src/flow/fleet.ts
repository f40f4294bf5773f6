import type { HostRule } from '../domain/configuration.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Command } from '../host/command.ts'
import { longestHold } from '../host/commands.ts'
import { type Ending, endingOf } from '../host/exit-codes.ts'
import { readText } from '../host/output.ts'
import { type Mask, unmasked } from './bundle.ts'
import { filesRefused } from './files-refused.ts'
import { Patience, patienceWithDocker } from './patience.ts'
import type { CommandResult, Ports } from './ports.ts'

/** What became of a step on one host. */
export type Outcome<T> = { kind: 'done'; value: T } | { kind: 'failed'; reason: Reason; ending?: Ending }

/** How often and after how many seconds a command is sent again whose connection broke: all are safe to repeat. */
const pauses = [0.5, 2, 5, 10]

/** Seconds until a host is asked again that is busy; it has waited for twenty by itself. */
const busyPause = 5

/** What a step is called in messages, and the reason it fails with when Docker refuses it. */
export interface Step {
  name: string
  refused: 'pull-failed' | 'step-failed' | 'task-failed' | 'switch-failed' | 'return-failed' | 'host-refused'
  /**
   * Whether it is given up once its deployment has to end. `between-tries`: what was begun on a host is waited for there. Absent: it is
   * part of the way out.
   */
  stops?: 'at-once' | 'between-tries'
  /** Seconds for which a Docker engine that does not answer is waited for; a minute where absent. */
  dockerPatience?: number
}

/** How a command is sent. */
export interface Sending {
  step: Step
  /** Takes out of the host's words what must not appear in the reason. */
  mask: Mask
  signal?: AbortSignal
  /** Ends the trying, and leaves alone what is under way on the host. */
  trying?: AbortSignal
  /** How often a host is asked at most that gives no answer; for as long as `pauses` last where absent. */
  tries?: number
  /** Hears once what is waited for: the end of another command there, or Docker. */
  onWait?: (why: 'busy' | 'docker-away') => Promise<void>
}

/**
 * Sends one command and waits for its end. Every verb of landfall-shell may be sent again: generation and turn decide, and
 * the host answers from what is true there. So a cut connection is no guess; the host is simply asked again. A host that
 * still works for a Landfall that was killed is asked for as long as that work may take.
 */
export async function order(
  ports: Pick<Ports, 'hosts' | 'clock' | 'log'>,
  host: HostRule,
  command: Command,
  { step, mask, signal, trying, tries: most = pauses.length + 1, onWait }: Sending,
): Promise<Outcome<string>> {
  const fields = { host: host.name, step: step.name }
  const patience = {
    busy: new Patience(ports.clock, longestHold, busyPause),
    'docker-away': patienceWithDocker(ports.clock, step.dockerPatience),
  }
  let tries = 0
  for (;;) {
    trying?.throwIfAborted()
    const result = await ports.hosts.run(host, command, undefined, signal)
    // Given up by us, not failed there: whoever continues asks the host again.
    signal?.throwIfAborted()
    const waits = waitsFor(result)
    const pause = waits ? await whileIt(waits) : isAway(result) ? pauses.slice(0, most - 1)[tries++] : undefined
    if (pause === undefined) return outcomeOf(result, host, step, mask)
    if (isAway(result)) ports.log.warn('host did not answer, asking again', { ...fields, result: result.kind, pause })
    await ports.clock.sleep(pause, AbortSignal.any([signal, trying].flatMap((one) => one ?? [])))
    signal?.throwIfAborted()
  }

  /** Undefined once it is busy for longer than any command may be at work, or Docker is away for too long. */
  async function whileIt(is: 'busy' | 'docker-away'): Promise<number | undefined> {
    const { begun } = patience[is]
    const pause = patience[is].next()
    if (begun) return pause
    ports.log.warn('host is waited for', { ...fields, is })
    await onWait?.(is)
    return pause
  }
}

/** What has to end there before it can be asked again. */
export function waitsFor(result: CommandResult): 'busy' | 'docker-away' | undefined {
  const ending = result.kind === 'exited' ? endingOf(result.code) : undefined
  return ending === 'busy' || ending === 'docker-away' ? ending : undefined
}

/** Whether a command got no answer. Silence is one way not to answer: which is noticed first when a cable is out is chance. */
export const isAway = ({ kind }: CommandResult): boolean => kind === 'connection-lost' || kind === 'unreachable' || kind === 'stalled'

/** What a host told, read. One that speaks otherwise than landfall-shell does is not ready, and nothing it said is taken for true. */
export function understood<T>(told: Outcome<string>, host: HostRule, read: (stdout: string) => T): Outcome<T> {
  if (told.kind === 'failed') return told
  try {
    return { kind: 'done', value: read(told.value) }
  } catch {
    return { kind: 'failed', reason: notUnderstood(host) }
  }
}

export const notUnderstood = (host: HostRule): Reason =>
  reason('host-not-ready', {
    host: host.name,
    detail: 'what it answers is not what landfall-shell says; something else speaks when Landfall logs in',
  })

/** Endings of which landfall-shell itself tells the cause, in words that hold names and numbers alone. */
const ownRefusals: ReadonlySet<Ending> = new Set([
  'bad-bundle',
  'unknown-release',
  'fenced',
  'other-content',
  'not-current',
  'unsigned-order',
])

/** The result in the words people read. */
export function outcomeOf(result: CommandResult, host: HostRule, step: Step, mask: Mask): Outcome<string> {
  const failed = (code: Parameters<typeof reason>[0], evidence: Record<string, string>, ending?: Ending): Outcome<string> => ({
    kind: 'failed',
    reason: reason(code, { host: host.name, ...evidence }),
    ...(ending && { ending }),
  })
  switch (result.kind) {
    case 'unreachable':
    case 'connection-lost':
      return failed('host-unreachable', { detail: result.detail })
    case 'stalled':
      return failed('host-unreachable', { detail: `it said nothing for ${result.seconds} s during ${step.name}` })
    case 'host-key-changed':
      return failed('host-key-changed', { shown: result.shown, ...(result.bastion !== undefined && { bastion: result.bastion }) })
    case 'exited':
      break
  }
  const ending = endingOf(result.code)
  const detail = (ownRefusals.has(ending) ? unmasked : mask)(detailOf(result, ending))
  switch (ending) {
    case 'ok':
      return { kind: 'done', value: result.stdout }
    case 'held':
      return failed('host-held', { detail }, ending)
    case 'fenced':
      return failed('order-outdated', { detail, step: step.name }, ending)
    case 'not-ready':
    case 'no-shell':
      return failed('host-not-ready', { detail }, ending)
    case 'files-refused':
      return { kind: 'failed', reason: filesRefused(result.stdout, host, mask), ending }
    case 'reload-failed':
      return failed(step.refused === 'switch-failed' ? 'reload-failed' : step.refused, { detail, step: step.name }, ending)
    case 'docker-failed':
    case 'docker-away':
    case 'pull-stalled':
    case 'out-of-time':
      return failed(step.refused, { detail, step: step.name }, ending)
    default:
      return failed('host-refused', { detail, step: step.name }, ending)
  }
}

/** The cause first, since a commit status has room for little else: where Docker failed that is the last line it said. */
function detailOf(result: Extract<CommandResult, { kind: 'exited' }>, ending: Ending): string {
  const docker = dockerText(result).trim()
  const cause = ending === 'docker-failed' || ending === 'docker-away' ? docker.split('\n').at(-1)?.trim() : undefined
  const ended = ending === 'out-of-time' ? `its time was up, or it was killed there (exit code ${result.code})` : `exit code ${result.code}`
  return [...new Set([cause || lastLine(result.stderr), docker])].filter(Boolean).join('\n') || ended
}

const dockerText = (result: Extract<CommandResult, { kind: 'exited' }>): string => {
  try {
    return readText(result.stdout)
  } catch {
    // Not landfall-shell's words: a shell or sshd spoke. Its error output says enough.
    return ''
  }
}

const lastLine = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .findLast((line) => line.startsWith('landfall-shell: '))
    ?.replace('landfall-shell: ', '') ??
  text.trim().split('\n').at(-1) ??
  ''
