import type { Plan } from './plan.ts'
import type { Instant } from './repository.ts'

/** The secrets among the values of an environment's `.env`, told apart without any value. */
export interface SecretKeys {
  /** In the order of the alphabet. A fingerprint is keyed, and says nothing of the same value under another name or in another environment. */
  keys: { name: string; fingerprint: string }[]
  /** How old a value may become before people are reminded, in seconds. Absent: nobody is. */
  within?: number
}

/** Since when a secret has the value it has: the end of the deployment that first brought it and was proved. */
export interface SecretAge {
  name: string
  fingerprint: string
  since: Instant
}

/** What is known of an environment's secrets, as of the last deployment that told of them. */
export interface SecretAges {
  project: string
  keys: SecretAge[]
  /** As of `SecretKeys`. */
  within?: number
  /** Channels of chat to remind people in. */
  notify: string[]
}

/**
 * What is known once a deployment is proved: a value that stayed keeps its age, another one is as old as this deployment, and what is gone
 * is forgotten. The same again where it is told twice. A plan that says nothing of secrets leaves everything as it was: one that an older
 * version made, or a way back to what hosts kept, whose values nobody here knows.
 */
export function agesAfter(
  before: SecretAges | undefined,
  { secretKeys, project, notify }: Pick<Plan, 'secretKeys' | 'project' | 'notify'>,
  at: Instant,
): SecretAges | undefined {
  if (!secretKeys) return before
  const known = new Map(before?.keys.map((key) => [`${key.name} ${key.fingerprint}`, key.since]))
  const { keys, within } = secretKeys
  return {
    project,
    keys: keys.map(({ name, fingerprint }) => ({ name, fingerprint, since: known.get(`${name} ${fingerprint}`) ?? at })),
    ...(within !== undefined && { within }),
    notify,
  }
}
