import type { FloorRule, RepositoryRule } from '../domain/configuration.ts'

/** What the operator requires of an environment, whatever the repository's file says: what holds for every one, and what for this name. */
export function floorOf({ require: floor }: RepositoryRule, environment: string): FloorRule[] {
  return ['*', environment].flatMap((name) => (Object.hasOwn(floor, name) ? (floor[name] ?? []) : []))
}
