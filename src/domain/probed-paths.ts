import type { VerifyRule } from './configuration.ts'

/** The paths asked of a service: health, version, dependencies, smoke; each once. None where it has no port. */
export function probedPaths({ port, health, version, dependencies, smoke }: VerifyRule): string[] {
  if (port === undefined) return []
  return [...new Set([health, version?.path, dependencies?.path, ...smoke].filter((path) => path !== undefined))]
}
