import { createHmac } from 'node:crypto'
import type { EnvironmentValues } from '../config/environment-values.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import type { SecretKeys } from '../domain/secret-age.ts'
import type { Ports } from './ports.ts'

/**
 * The secrets of an environment by name and fingerprint, by which their age is known. Whoever can push has any text fingerprinted by
 * `signer.fingerprint`, and could try whether it is a value: so these have a key of their own, and the value's place is in what is
 * fingerprinted.
 */
export function secretKeysOf(
  { all, secret }: EnvironmentValues,
  of: { repository: Repository; environment: string; within: number | undefined },
  { signer }: Pick<Ports, 'signer'>,
): SecretKeys {
  const { repository, environment, within } = of
  const key = signer.keyFor('ages of secrets')
  const fingerprint = (name: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([fullName(repository), environment, name, all.get(name) ?? '']))
      .digest('hex')
  const names = [...secret].toSorted()
  return { keys: names.map((name) => ({ name, fingerprint: fingerprint(name) })), ...(within !== undefined && { within }) }
}
