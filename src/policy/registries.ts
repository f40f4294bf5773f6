import type { OperatorFile, RegistryRule } from '../domain/configuration.ts'
import { expandHosts } from '../domain/inventory.ts'
import { grantFor } from './hosts.ts'

/**
 * The credentials a repository may use at a registry (`ghcr.io`). Undefined where none are granted: then it is asked
 * without, as anybody may ask for public images.
 */
export function registryFor(operator: OperatorFile, repository: string, registry: string): RegistryRule | undefined {
  const granted = grantFor(operator, repository)?.registries.includes(registry) ?? false
  return granted && Object.hasOwn(operator.registries, registry) ? operator.registries[registry] : undefined
}

/** The registries whose credentials are used on a host: those of every repository that may deploy there, each once. */
export function registriesFor(operator: OperatorFile, host: string): RegistryRule[] {
  const there = operator.repositories.filter(({ environments }) =>
    expandHosts(operator.groups, Object.values(environments).flat()).includes(host),
  )
  const names = new Set(there.flatMap(({ registries }) => registries))
  return Object.values(operator.registries).filter((rule) => names.has(rule.host))
}
