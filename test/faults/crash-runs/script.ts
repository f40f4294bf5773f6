import type { Profile } from '../towns.ts'
import { type Act, tellAct } from './acts.ts'
import { runsBefore } from './before.ts'
import { type Fleet, fleetOf, tellFleet } from './fleet.ts'
import { type Random, randomFrom } from './random.ts'
import { plainAct, ruledAct } from './random-acts.ts'
import { type Place, type Rules, rulesOf, tellRules } from './rules.ts'
import { hasSecrets } from './secrets.ts'
import { hasSettings } from './settings.ts'
import type { Step } from './steps.ts'

/** What one run does, made from its seed before it begins. Only when things happen to coincide is left to the machine. */
export interface Script {
  seed: number
  profile: Profile
  /** Absent: production alone, in which nobody asks for anything. */
  rules: Rules | undefined
  /** Absent: production is one host. */
  fleet: Fleet | undefined
  /** Something is run once before production's hosts change. */
  before: boolean
  acts: Act[]
  strikes: Strike[]
}

/** Something that breaks. */
export interface Strike {
  kind: StrikeKind
  /** The act from whose beginning on the moment is waited for. */
  during: number
  /** The moment: so many milliseconds after this step was taken for the nth time. */
  at: Step
  nth: number
  delay: number
  /** For how long what was struck stays so, in milliseconds. */
  lasts: number
  /** Of two Landfalls the one that took the step, the other one, or both. */
  whom: 'who took the step' | 'the other' | 'everybody'
  /** Whose host, where it is a host that is struck. */
  place: Place
  /** Which of them, by its position. */
  host: number
}

/** What is struck, and how often among the strikes. */
const kinds = [
  [7, 'Landfall killed'],
  [2, 'Landfall restarted'],
  [2, 'Landfall stalled'],
  [3, 'order late, its Landfall killed'],
  [2, 'Redis killed'],
  [1, 'PostgreSQL killed'],
  [1, 'PostgreSQL restarted'],
  [2, 'sshd killed'],
  [2, 'dockerd killed'],
  [2, 'landfall-shell killed'],
  [2, 'Compose killed'],
  [2, 'cable out'],
  [2, 'GitHub failing'],
  [2, 'GitHub answers lost'],
  [1, 'webhooks failing'],
] as const
export type StrikeKind = (typeof kinds)[number][1]

const ofServers: ReadonlySet<StrikeKind> = new Set(['Redis killed', 'PostgreSQL killed', 'PostgreSQL restarted'])

/** Longer than a lease lasts. */
const stall = [4500, 6500] as const

export function scriptOf(seed: number): Script {
  const random = randomFrom(seed)
  const [rules, fleet, before] = [rulesOf(seed), fleetOf(seed), runsBefore(seed)]
  // Which host is struck has a row of numbers of its own: stories of one host stay what they were.
  const which = randomFrom(seed + 0x4000_0000)
  const profile: Profile = random.chance(0.5) ? 'one machine' : 'several machines'
  const acts = rules
    ? Array.from({ length: random.whole(7, 10) }, () => ruledAct(random))
    : Array.from({ length: random.whole(4, 6) }, () => plainAct(random))
  const strikes = Array.from({ length: random.whole(2, 4) }, () => {
    const one = aStrike(random, profile, acts, rules !== undefined)
    const hosts = one.place === 'production' ? (fleet?.hosts ?? 1) : 1
    // What would be struck while it pulls is struck while that runs.
    const at = before && one.at === 'pulling' ? 'stepping' : one.at
    return { ...one, at, host: which.whole(0, hosts - 1) }
  })
  return { seed, profile, rules, fleet, before, acts, strikes: strikes.toSorted((one, other) => one.during - other.during) }
}

function aStrike(random: Random, profile: Profile, acts: readonly Act[], ruled: boolean): Omit<Strike, 'host'> {
  const kind = random.pick<StrikeKind>(kinds.filter(([, one]) => profile === 'several machines' || !ofServers.has(one)))
  // What is waited for from the last act on has the least time to come.
  const during = random.whole(0, Math.max(0, acts.length - 2))
  const fails = acts.slice(during).some(({ deed }) => deed.kind === 'merge' && (deed.version === 'unhealthy' || deed.version === 'crashes'))
  const longest = soonGone.has(kind) ? 80 : 700
  return {
    kind,
    during,
    at: stepFor(kind, fails, random),
    nth: random.chance(0.15) ? 2 : 1,
    delay: random.chance(0.45) ? 0 : random.whole(1, longest),
    lasts: lastsFor(kind, random),
    whom: random.pick([
      [6, 'who took the step'],
      [2, 'the other'],
      [2, 'everybody'],
    ]),
    place: ruled && random.chance(0.4) ? 'staging' : 'production',
  }
}

/** They live for moments only. */
const soonGone: ReadonlySet<StrikeKind> = new Set(['Compose killed', 'landfall-shell killed'])

function lastsFor(kind: StrikeKind, random: Random): number {
  if (kind === 'Landfall stalled') return random.whole(...stall)
  const [shortest, usual] = kind.startsWith('GitHub') || kind === 'webhooks failing' ? [800, 3000] : [100, 1500]
  return random.whole(shortest, random.chance(0.2) ? 4000 : usual)
}

function stepFor(kind: StrikeKind, fails: boolean, random: Random): Step {
  if (kind === 'Compose killed') return 'Compose begins'
  if (kind === 'webhooks failing') return 'intent stored'
  if (kind === 'order late, its Landfall killed')
    return random.pick([
      [1, 'put arrives'],
      [3, 'switch arrives'],
      [1, 'confirm arrives'],
    ])
  if (kind === 'landfall-shell killed')
    return random.pick([
      [2, 'pulling'],
      [3, 'rolling'],
      [3, 'Compose begins'],
      [1, 'verifying'],
    ])
  if (fails && random.chance(0.4))
    return random.pick([
      [2, 'rolling-back'],
      [1, 'restore ended'],
    ])
  return random.pick([
    [3, 'intent stored'],
    [2, 'intent gathered'],
    [2, 'planned'],
    [3, 'pulling'],
    [4, 'rolling'],
    [4, 'Compose begins'],
    [3, 'switch ended'],
    [2, 'verifying'],
    [2, 'confirm ended'],
    [3, 'succeeded'],
    [1, 'ended otherwise'],
    [2, 'status told'],
    [2, 'deployment told'],
    [2, 'check told'],
    [1, 'comment told'],
  ])
}

/** The script in words, a line each. */
export function tellScript({ seed, profile, rules, fleet, before, acts, strikes }: Script): string[] {
  return [
    `seed ${seed}, Landfall on ${profile}, ${tellRules(rules)}; ${tellFleet(fleet)}${before ? ', a step before it' : ''}${hasSettings(seed) ? '; the database mounts settings' : ''}${hasSecrets(seed) ? '; production has a secret' : ''}`,
    ...acts.map((act, index) => `  act ${index + 1}: ${tellAct(act)}`),
    ...strikes.map((strike) => `  strike: ${tellStrike(strike)}`),
  ]
}

export const tellStrike = ({ kind, during, at, nth, delay, lasts, whom, place, host }: Strike): string =>
  `${kind}, for ${lasts} ms, ${delay} ms after "${at}"${nth > 1 ? ' (the second)' : ''}, from act ${during + 1} on (${whom}; ${place}, host ${host + 1})`
