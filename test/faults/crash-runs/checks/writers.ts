import type { HostEvidence, HostView } from '../evidence.ts'
import type { Violation } from './violation.ts'

/** Never two writers for one project on one host, and nobody who was overtaken writes any more. */
export function checkWriters({ host, fleet }: HostView): Violation[] {
  const found: string[] = []
  for (const write of host.writes.filter(({ beside }) => beside.length > 0))
    found.push(`Compose began for ${orderOf(write)} while process ${write.beside.join(', ')} was at it`)
  // Old and new of a service that starts first stand side by side, and no third.
  const isWanted = (service: string, count: number) => fleet?.startFirst && service === 'web' && count === 2
  for (const { service, names } of host.twins)
    if (!isWanted(service, names.length)) found.push(`${names.length} containers of ${service} ran at once: ${names.join(', ')}`)

  // Whose caller was killed cannot say on whose order it wrote.
  found.push(
    ...falling(
      host.writes.filter(({ generation }) => generation > 0),
      'Compose began for',
      orderOf,
    ),
  )
  found.push(
    ...falling(
      host.acts.filter(({ outcome }) => !outcome.startsWith('refused')),
      'landfall-shell did',
      (act) => `${orderOf(act)}: ${act.outcome}`,
    ),
  )

  for (let at = 0; at < host.acts.length; at += 1) {
    const act = host.acts[at]
    if (!act || !isEnd(act)) continue
    const began = host.acts.slice(0, at).findLast(({ outcome, verb }) => outcome === 'began' && containersOf.has(verb))
    if (began && orderOf(began) !== orderOf(act)) found.push(`${orderOf(act)} ended (${act.outcome}) after ${orderOf(began)} had begun`)
  }
  return found.map((what) => ({ invariant: 2, what }))
}

/** Verbs that touch containers. */
const containersOf = new Set(['switch', 'retire', 'restore'])
const isEnd = ({ verb, outcome }: HostEvidence['acts'][number]) => containersOf.has(verb) && /^(switched|retired|restored)/.test(outcome)

interface Ordered {
  verb: string
  generation: number
  turn: number
}

const orderOf = ({ verb, generation, turn }: Ordered): string => `${verb} of generation ${generation}, turn ${turn}`

/** Generations and turns never go back. */
function falling<T extends Ordered>(acts: readonly T[], did: string, tell: (act: T) => string): string[] {
  return acts.flatMap((act, at) => {
    const before = acts[at - 1]
    const isBack = before && (act.generation < before.generation || (act.generation === before.generation && act.turn < before.turn))
    return isBack ? [`${did} ${tell(act)} after ${tell(before)}`] : []
  })
}
