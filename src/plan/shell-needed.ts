import type { Draft } from '../domain/plan.ts'

/** What of a plan an older landfall-shell knows nothing of. */
export interface ShellNeeded {
  /** The version that knows it. */
  version: number
  /** Names what needs it. */
  why: string
}

/** What came with version 5: each says what of a plan needs it, undefined where nothing does. */
const sinceVersion5: readonly ((draft: Draft) => string | undefined)[] = []

/** The newest landfall-shell that carrying out a plan needs; undefined where every version Landfall speaks to does. */
export function shellNeeded(draft: Draft): ShellNeeded | undefined {
  const why = sinceVersion5.map((needing) => needing(draft)).find((found) => found !== undefined)
  return why === undefined ? undefined : { version: 5, why }
}
