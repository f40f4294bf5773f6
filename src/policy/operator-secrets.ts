import type { OperatorFile, SecretReference } from '../domain/configuration.ts'
import { grantFor } from './hosts.ts'

/** Values of an environment that lie where the operator's file says. */
export interface OperatorSecrets {
  /** Where in the file: `repositories.acme/shop.secrets.production`. */
  path: string
  /** By the name of the variable. */
  references: Record<string, SecretReference>
}

/** What the operator gives to an environment of a repository (`owner/name`); undefined where that is nothing. */
export function operatorSecretsOf(operator: OperatorFile, repository: string, environment: string): OperatorSecrets | undefined {
  const grant = grantFor(operator, repository)
  const references = grant?.secrets && Object.hasOwn(grant.secrets, environment) ? grant.secrets[environment] : undefined
  if (!grant || !references || Object.keys(references).length === 0) return undefined
  return { path: `repositories.${grant.name}.secrets.${environment}`, references }
}
