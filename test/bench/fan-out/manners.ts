import type { Manner } from '../../lab/farm/simulation.ts'
import type { Sent } from './sending.ts'

const answersAfterMs = 100
const slowAfterMs = 1000

/** Of a hundred hosts five are slow and one is dead: one says nothing at all, that of the next hundred nothing more once somebody is in. */
export function mannersOf(count: number): Manner[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 200 === 50) return { kind: 'mute' }
    if (index % 200 === 150) return { kind: 'freezes' }
    return { kind: 'answers', afterMs: index % 20 === 7 ? slowAfterMs : answersAfterMs }
  })
}

const delayOf = (manner: Manner): number => (manner.kind === 'answers' ? manner.afterMs : -1)

/** Which host takes the longest to answer. */
export function slowestOf(manners: readonly Manner[]): number {
  const delays = manners.map(delayOf)
  return delays.indexOf(Math.max(...delays))
}

/**
 * Seconds until the last healthy host was done, and until the last dead one was known to be dead.
 * @throws where a healthy host failed or a dead one did not
 */
export function judged({ hosts }: Pick<Sent, 'hosts'>, manners: readonly Manner[]): { healthy: number; dead: number } {
  const isHealthy = (index: number) => manners[index]?.kind === 'answers'
  const wrong = hosts.find(({ trouble }, index) => (trouble === undefined) !== isHealthy(index))
  if (wrong) throw new Error(`${wrong.name}: ${wrong.trouble ?? 'it is dead, and answered'}`)
  const last = (healthy: boolean) => Math.max(0, ...hosts.filter((_, index) => isHealthy(index) === healthy).map(({ seconds }) => seconds))
  return { healthy: last(true), dead: last(false) }
}
