import type { Draft } from '../domain/plan.ts'

/** The version of landfall-shell that a plan needs, and what needs it; undefined where the oldest that Landfall speaks to will do. */
export function shellNeeded({ hosts }: Draft): { version: number; why: string } | undefined {
  if (hosts.some(({ profiles }) => profiles !== undefined)) return { version: 4, why: 'Compose profiles of hosts' }
  return undefined
}
