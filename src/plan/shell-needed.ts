import type { Draft } from '../domain/plan.ts'

/** What of a plan an older landfall-shell knows nothing of. */
export interface ShellNeeded {
  /** The version that knows it. */
  version: number
  /** Names what needs it. */
  why: string
}

/** The newest landfall-shell that carrying out a plan needs; undefined where every version Landfall speaks to does. */
export function shellNeeded({ services }: Pick<Draft, 'services'>): ShellNeeded | undefined {
  const first = services.find(({ startFirst }) => startFirst !== undefined)
  return first && { version: 4, why: `\`start-first\` of ${first.name}` }
}
