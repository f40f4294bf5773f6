import type { OperatorFile, RegistryRule } from '../domain/configuration.ts'
import { grantFor } from './hosts.ts'

/**
 * The credentials a repository may use at a registry (`ghcr.io`). Undefined where none are granted: then it is asked
 * without, as anybody may ask for public images.
 */
export function registryFor(operator: OperatorFile, repository: string, registry: string): RegistryRule | undefined {
  const granted = grantFor(operator, repository)?.registries.includes(registry) ?? false
  return granted && Object.hasOwn(operator.registries, registry) ? operator.registries[registry] : undefined
}
