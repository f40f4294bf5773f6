import type { Evidence, HostView } from '../evidence.ts'
import { lastVerified } from './proof.ts'
import type { Violation } from './violation.ts'

/** Where the last verified release has a secret, its file and its containers have that one, whatever was merged and gone back from since. */
export function checkSecrets({ database, host: { secrets }, history }: HostView): Violation[] {
  if (!secrets) return []
  const last = lastVerified(database)
  if (last === 'nobody knows') return []
  const planned = last?.plan?.secrets
  const right = history.secrets.get(planned?.revision ?? '')
  const has = {
    'the .env of the host': secrets.file,
    ...Object.fromEntries(secrets.containers.map((told, at) => [`web container ${at + 1}`, told])),
  }
  return Object.entries(has)
    .filter(([, value]) => value !== right)
    .map(([who, value]) => ({
      invariant: 4,
      what: `${who} has the secret ${commitOf(value)}; the release that runs was planned with that of ${planned?.revision}`,
    }))

  function commitOf(value: string): string {
    return `of ${[...history.secrets].find(([, one]) => one === value)?.[0] ?? `nobody (${value})`}`
  }
}

/** No secret is anywhere but on hosts. */
export const checkTold = ({ told }: Pick<Evidence, 'told'>): Violation[] =>
  told.map((where) => ({ invariant: 6, what: `a secret stands in ${where}` }))
