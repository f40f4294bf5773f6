import type { Profile } from '../towns.ts'
import { type Random, randomFrom } from './random.ts'
import type { Step } from './steps.ts'

/** What one run does, made from its seed before it begins. Only when things happen to coincide is left to the machine. */
export interface Script {
  seed: number
  profile: Profile
  acts: Act[]
  strikes: Strike[]
}

/** What people do. */
export interface Act {
  deed: Deed
  /** Milliseconds after the act before, or once all that came before is done. */
  pause: number | 'quiet'
  told: Telling
}

export type Deed =
  | { kind: 'merge'; version: Version; image: 'there' | 'late' }
  /** Two merges, one right after the other. */
  | { kind: 'two merges'; told: 'in order' | 'in the wrong order' }
  | { kind: 'push' }
  /** To where the branch was so many moves ago. */
  | { kind: 'force push'; back: number }
  /** mona may, hubot may not. */
  | { kind: 'rollback'; by: 'mona' | 'hubot' }

/** How the merged version behaves; `stubborn` takes seconds to be stopped, so that what replaces it takes long. */
export type Version = 'healthy' | 'unhealthy' | 'crashes' | 'stubborn'

/** How GitHub tells of it: `shuffled` in another order with pauses between. */
export type Telling = 'once' | 'twice' | 'late' | 'never' | 'shuffled'

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
  const profile: Profile = random.chance(0.5) ? 'one machine' : 'several machines'
  const acts = Array.from({ length: random.whole(4, 6) }, () => anAct(random))
  const strikes = Array.from({ length: random.whole(2, 4) }, () => aStrike(random, profile, acts))
  return { seed, profile, acts, strikes: strikes.toSorted((one, other) => one.during - other.during) }
}

function anAct(random: Random): Act {
  const deed = aDeed(random)
  const pause = random.chance(0.3) ? 'quiet' : random.pick([[2, 0] as const, [5, random.whole(50, 1500)] as const])
  const told: Telling = random.pick([
    [10, 'once'],
    [3, 'twice'],
    [3, 'late'],
    [2, 'never'],
    [2, 'shuffled'],
  ])
  return { deed, pause, told }
}

function aDeed(random: Random): Deed {
  const version: Version = random.pick([
    [12, 'healthy'],
    [1, 'unhealthy'],
    [1, 'crashes'],
    [3, 'stubborn'],
  ])
  return random.pick<Deed>([
    [11, { kind: 'merge', version, image: random.chance(0.12) ? 'late' : 'there' }],
    [3, { kind: 'two merges', told: random.chance(0.5) ? 'in order' : 'in the wrong order' }],
    [2, { kind: 'push' }],
    [2, { kind: 'force push', back: random.whole(1, 2) }],
    [4, { kind: 'rollback', by: random.chance(0.8) ? 'mona' : 'hubot' }],
  ])
}

function aStrike(random: Random, profile: Profile, acts: readonly Act[]): Strike {
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
export function tellScript({ seed, profile, acts, strikes }: Script): string[] {
  return [
    `seed ${seed}, Landfall on ${profile}`,
    ...acts.map((act, index) => `  act ${index + 1}: ${tellAct(act)}`),
    ...strikes.map((strike) => `  strike: ${tellStrike(strike)}`),
  ]
}

function tellAct({ deed, pause, told }: Act): string {
  const when = pause === 'quiet' ? 'when all is quiet' : `${pause} ms later`
  return `${when}, ${tellDeed(deed)}, told ${told}`
}

function tellDeed(deed: Deed): string {
  switch (deed.kind) {
    case 'merge':
      return `a ${deed.version} version is merged${deed.image === 'late' ? ' before its image is there' : ''}`
    case 'two merges':
      return `two versions are merged one after the other, ${deed.told}`
    case 'push':
      return 'a version is pushed to main'
    case 'force push':
      return `main is forced back by ${deed.back}`
    case 'rollback':
      return `${deed.by} comments /rollback`
  }
}

export const tellStrike = ({ kind, during, at, nth, delay, lasts, whom }: Strike): string =>
  `${kind}, for ${lasts} ms, ${delay} ms after "${at}"${nth > 1 ? ' (the second)' : ''}, from act ${during + 1} on (${whom})`
