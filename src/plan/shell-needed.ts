import type { Draft } from '../domain/plan.ts'

/** What of a plan an older landfall-shell knows nothing of. */
export interface ShellNeeded {
  /** The version that knows it. */
  version: number
  /** Names what needs it. */
  why: string
}

/** The newest landfall-shell that carrying out a plan needs; undefined where every version Landfall speaks to does. */
export function shellNeeded({ services, hosts }: Pick<Draft, 'services' | 'hosts'>): ShellNeeded | undefined {
  const first = services.find(({ startFirst }) => startFirst !== undefined)
  if (first) return { version: 4, why: `\`start-first\` of ${first.name}` }
  const asked = services.find(({ verify, replicas }) => verify?.command !== undefined && replicas > 0)
  if (asked) return { version: 4, why: `\`command\` of ${asked.name}` }
  return hosts.some(({ profiles }) => profiles !== undefined) ? { version: 4, why: 'a mapping of `hosts` to profiles' } : undefined
}
