import { createHash } from 'node:crypto'
import type { Plan } from '../domain/plan.ts'
import type { Digest } from '../domain/repository.ts'

/** What Landfall's key signs plans for. */
export const planNamespace = 'landfall-plan'

/**
 * A plan as it is kept with its release on hosts: from there a Landfall that lost its database learns what runs. The same text
 * for the same plan, whatever order its fields came in, since the bundle it is part of must be the same bytes each time.
 */
export const planFile = (plan: Plan): string => `${JSON.stringify(plan.format === 1 ? asFirstWritten(plan) : plan, inOrder)}\n`

/** What was begun by an older Landfall has to be the same bytes still when this one goes on with it. */
const asFirstWritten = (plan: Plan) => ({ ...plan, waves: plan.waves.map(({ hosts }) => hosts) })

/** By what a receipt names its plan: SHA-256 of that text, as `sha256sum` tells it of `plan.json`. */
export const planDigest = (plan: Plan): Digest => `sha256:${createHash('sha256').update(planFile(plan)).digest('hex')}`

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
