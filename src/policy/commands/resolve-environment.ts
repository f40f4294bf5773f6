import type { AimedCommand, Command } from '../../domain/command.ts'
import { type Reason, reason } from '../../domain/reason.ts'
import { suggest } from '../../domain/suggest.ts'
import { writeUsage } from './line.ts'
import { mistake } from './mistake.ts'

export type Resolved = { kind: 'resolved'; command: AimedCommand } | { kind: 'refused'; reason: Reason }

/** Environments there are, and the one meant where none is named and there are several: the one that waits, for instance. */
interface Environments {
  known: readonly string[]
  default?: string | undefined
  /** Nothing is assumed: there may be others. */
  mustBeNamed?: boolean
}

/**
 * Finds the environment a command means. The only one there is needs no name. Where there are several, `/rollback` and `/run` always need one:
 * what they do must not be guessed. `/status` without a name is about all. Large and small letters are one (telephones
 * begin lines with a large one). A name that is not known is refused with the one probably meant; in front of a reason it is part of
 * the reason, unless it is nearly a name.
 */
export function resolveEnvironment(command: Command, known: readonly string[], options: Omit<Environments, 'known'> = {}): Resolved {
  const environments: Environments = { known, ...options }
  switch (command.kind) {
    case 'plan':
    case 'help':
      return resolved(command)
    case 'status':
      return command.environment === undefined
        ? resolved({ kind: 'status' })
        : named(command, environments, (environment) => ({ kind: 'status', environment }))
    case 'unlock':
      return command.everywhere
        ? resolved({ kind: 'unlock' })
        : named(command, environments, (environment) => ({ kind: 'unlock', environment }))
    case 'lock':
      return resolveLock(command, environments)
    case 'reject':
      return resolveReject(command, environments)
    case 'run':
    case 'rollback':
      return named(command, { ...environments, default: undefined }, (environment) => ({ ...command, environment }))
    case 'deploy':
      return named(command, environments, (environment) => ({ ...command, environment }))
    default:
      return named(command, environments, (environment) => ({ kind: command.kind, environment }))
  }
}

function resolveLock({ text, everywhere, seconds }: Command & { kind: 'lock' }, environments: Environments): Resolved {
  const until = seconds === undefined ? {} : { seconds }
  if (everywhere) return resolved({ kind: 'lock', reason: text, ...until })
  return withReason('lock', text, environments, (environment, why) => resolved({ kind: 'lock', environment, reason: why, ...until }))
}

function resolveReject({ text }: Command & { kind: 'reject' }, environments: Environments): Resolved {
  return withReason('reject', text, environments, (environment, why) =>
    why === ''
      ? refused(mistake(`/reject ${text}`, 'it does not say why', writeUsage('reject')).reason)
      : resolved({ kind: 'reject', environment, reason: why }),
  )
}

/** Tells an environment in front of a reason from the reason. */
function withReason(
  kind: 'lock' | 'reject',
  text: string,
  environments: Environments,
  aim: (environment: string, why: string) => Resolved,
): Resolved {
  const [first = '', ...rest] = text.split(' ')
  const environment = find(first, environments.known)
  if (environment !== undefined) return aim(environment, rest.join(' '))
  const assumed = assumedIn(environments)
  // Where there is but one, nothing can be meant instead, and the word is the reason's.
  const meant = first !== '' && environments.known.length > 1 ? nearly(first, environments.known) : undefined
  if (meant !== undefined) return refused(unknown(first, environments.known))
  return assumed === undefined ? refused(notNamed(kind, environments.known)) : aim(assumed, text)
}

function named(
  command: { kind: Command['kind']; environment?: string },
  environments: Environments,
  aim: (environment: string) => AimedCommand,
): Resolved {
  const { known } = environments
  if (command.environment === undefined) {
    const assumed = assumedIn(environments)
    return assumed === undefined ? refused(notNamed(command.kind, known)) : resolved(aim(assumed))
  }
  const environment = find(command.environment, known)
  return environment === undefined ? refused(unknown(command.environment, known)) : resolved(aim(environment))
}

const resolved = (command: AimedCommand): Resolved => ({ kind: 'resolved', command })
const refused = (why: Reason): Resolved => ({ kind: 'refused', reason: why })

const find = (written: string, known: readonly string[]): string | undefined =>
  known.find((name) => name === written) ?? known.find((name) => name === written.toLowerCase())

/** The only environment, or else the one assumed for the moment, as long as it still exists. */
const assumedIn = ({ known, default: assumed, mustBeNamed }: Environments): string | undefined =>
  mustBeNamed ? undefined : known.length === 1 ? known[0] : known.find((name) => name === assumed)

/** The name meant by one with slips, or by the beginning of a single one: `prod`. */
function nearly(written: string, known: readonly string[]): string | undefined {
  const word = written.toLowerCase()
  const begun = word.length < 3 ? [] : known.filter((name) => name.startsWith(word))
  return (begun.length === 1 ? begun[0] : undefined) ?? suggest(word, known)
}

function unknown(written: string, known: readonly string[]): Reason {
  const meant = nearly(written, known)
  return reason('environment-unknown', { environment: written, known: list(known), ...(meant !== undefined && { meant }) })
}

const notNamed = (kind: Command['kind'], known: readonly string[]): Reason =>
  reason('environment-not-named', { command: `/${kind}`, known: list(known), example: `/${kind} ${known[0] ?? 'production'}` })

const list = (known: readonly string[]): string => known.join(', ') || 'none'
