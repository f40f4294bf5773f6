import type { EnvironmentRule } from '../domain/configuration.ts'
import { reason } from '../domain/reason.ts'
import { rejected, type Step } from './prepared.ts'
import type { Run } from './run.ts'

/** Refuses to plan what would ask an address that the operator did not open: better before a host is touched than after all were switched. */
export async function urlOpen({ name, url, verifyUrl }: EnvironmentRule, { ports, signal }: Run): Promise<Step<undefined>> {
  const closed = url !== undefined && verifyUrl ? await ports.publicWeb.closed(url, signal) : undefined
  if (closed === undefined) return { kind: 'ok', value: undefined }
  const problems = `environments.${name}.verify-url: ${closed}. Ask the operator to open it by \`public-checks\`, or remove it here.`
  return rejected(reason('not-allowed', { problems }))
}
