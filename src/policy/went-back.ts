import type { Deployment } from '../domain/deployment.ts'
import type { ReleaseOnHost, StepBack } from '../domain/observed.ts'
import { shortSha } from '../domain/repository.ts'

/** What a host runs, and what administrators did there. */
export interface HostNow {
  host: string
  current?: ReleaseOnHost
  wentBack: StepBack[]
}

/** One step back of an environment, as its hosts tell it. */
export interface FoundStep {
  /** Generations. */
  from: number
  to: number
  /** Those that tell of it; all that went back where none does, as where the note of it was lost. */
  hosts: string[]
  /** What they tell of it: when, and who. */
  told: (Pick<StepBack, 'at' | 'by'> & { host: string })[]
}

export type WentBack =
  | { kind: 'as-known' }
  /** All of its hosts run this older release, reached by these steps, the first one first. */
  | { kind: 'went-back'; steps: FoundStep[] }
  /** Some went back and others did not, or further. */
  | { kind: 'differ'; from: number; to: number; wentBack: string[]; hosts: string }

/**
 * Whether administrators went back on an environment's hosts without Landfall: they run an older release than the one it last brought
 * there. Hosts that are new to the environment, that lost their release or are half-way in one say nothing of that. After a
 * deployment that halted nobody knows what runs, and only what hosts tell themselves counts.
 *
 * @param history the environment's deployments, newest first
 */
export function wentBack(history: readonly Deployment[], hosts: readonly HostNow[]): WentBack {
  const known = history.find(({ state, plan }) => plan !== undefined && (state === 'succeeded' || state === 'halted'))
  const plan = known?.plan
  if (!known || !plan) return { kind: 'as-known' }
  const ours = hosts.filter(({ host }) => plan.hosts.some(({ name }) => name === host))
  const now = ours.flatMap(({ current, ...host }) => (current?.confirmed ? [{ ...host, at: current }] : []))
  if (now.length === 0 || now.length < ours.length) return { kind: 'as-known' }

  const sure = known.state === 'succeeded' || known.reason?.code === 'hosts-differ'
  const back = now.filter(({ at, wentBack: steps }) => at.generation < plan.generation && (sure || steps.at(-1)?.to === at.generation))
  const [first] = back
  if (!first) return { kind: 'as-known' }
  const to = Math.min(...back.map(({ at }) => at.generation))
  if (now.every(({ at }) => at.generation === to)) return { kind: 'went-back', steps: stepsTo(to, plan.generation, back) }
  return {
    kind: 'differ',
    from: plan.generation,
    to,
    wentBack: back.map(({ host }) => host),
    hosts: now.map(({ host, at }) => `${host} runs generation ${at.generation} (${shortSha(at.revision)})`).join(', '),
  }
}

/** Of hosts that tell different ways to the same release the longest: it names all that was taken away. */
function stepsTo(to: number, from: number, back: readonly HostNow[]): FoundStep[] {
  const ways = back.map(({ wentBack: steps }) => wayFrom(from, steps)).filter((way) => way.at(-1)?.to === to && isChain(way))
  const longest = ways.reduce((one, other) => (other.length > one.length ? other : one), [])
  if (longest.length === 0) return [{ from, to, hosts: back.map(({ host }) => host), told: [] }]
  return longest.map((step) => {
    const told = back.flatMap(({ host, wentBack: steps }) =>
      steps.filter((one) => one.from === step.from && one.to === step.to).map(({ at, by }) => ({ host, at, by })),
    )
    return { from: step.from, to: step.to, hosts: told.map(({ host }) => host), told }
  })
}

/** The steps since what Landfall knows; hosts go on telling those it has heard of. */
function wayFrom(known: number, steps: readonly StepBack[]): readonly StepBack[] {
  const start = steps.findIndex(({ from }) => from === known)
  return start === -1 ? steps : steps.slice(start)
}

const isChain = (way: readonly StepBack[]): boolean =>
  way.every(({ from, to }, index) => to < from && (index === 0 || way[index - 1]?.to === from))
