import { createHmac } from 'node:crypto'
import type { EnvironmentValues } from '../config/environment-values.ts'
import type { OperatorVariable } from '../domain/plan.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import type { SecretKeys } from '../domain/secret-age.ts'
import type { Ports } from './ports.ts'

/** An environment of a repository. */
interface Of {
  repository: Repository
  environment: string
}

/**
 * How a value of an environment is fingerprinted. Whoever can push has any text fingerprinted by `signer.fingerprint`, and could try whether
 * it is a value: so these have a key of their own, and the value's place is in what is fingerprinted.
 */
export function variableFingerprints(
  { repository, environment }: Of,
  { signer }: Pick<Ports, 'signer'>,
): (name: string, value: string) => string {
  const key = signer.keyFor('values of environments')
  return (name, value) =>
    createHmac('sha256', key)
      .update(JSON.stringify([fullName(repository), environment, name, value]))
      .digest('hex')
}

/** Some values of an environment by name and fingerprint. */
export function fingerprinted(
  names: Iterable<string>,
  values: ReadonlyMap<string, string>,
  fingerprint: (name: string, value: string) => string,
): OperatorVariable[] {
  return [...names].map((name) => ({ name, fingerprint: fingerprint(name, values.get(name) ?? '') }))
}

/** The secrets of an environment by name and fingerprint, by which their age is known. */
export function secretKeysOf(
  { all, secret }: Pick<EnvironmentValues, 'all' | 'secret'>,
  { within, ...of }: Of & { within: number | undefined },
  ports: Pick<Ports, 'signer'>,
): SecretKeys {
  return { keys: fingerprinted([...secret].toSorted(), all, variableFingerprints(of, ports)), ...(within !== undefined && { within }) }
}
