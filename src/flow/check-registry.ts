import type { HostRule, OperatorFile, RegistryRule } from '../domain/configuration.ts'
import { readRegistryTried } from '../host/check.ts'
import type { Command } from '../host/command.ts'
import { tryRegistry } from '../host/commands.ts'
import { redact } from '../report/redact.ts'
import { unmasked } from './bundle.ts'
import { type Outcome, outcomeOf, understood } from './fleet.ts'
import type { Ports } from './ports.ts'

/** What is wrong with a host, and what to do. */
export interface HostProblem {
  what: string
  remedy: string
}

export type CheckPorts = Pick<Ports, 'hosts' | 'signer' | 'secrets' | 'clock'> & { operator: OperatorFile; signingKey: string }

/** Asks once: who is away now is told as away. */
export const ask = async (host: HostRule, command: Command, name: string, { hosts }: CheckPorts): Promise<Outcome<string>> =>
  outcomeOf(await hosts.run(host, command), host, { name, refused: 'host-refused' }, unmasked)

/** What became of having a host try a registry. */
export interface Tried {
  registry: string
  works: boolean
  images: number
  problem?: HostProblem
}

/**
 * Has a host try a registry with the login that deployments use. Why a login cannot be read is told as well: it is the same for every host, and
 * no deployment would come further.
 */
export async function tryRegistryFrom(
  host: HostRule,
  { host: registry, username, password, ca }: RegistryRule,
  ports: CheckPorts,
): Promise<Tried> {
  const failed = (what: string, remedy: string): Tried => ({ registry, works: false, images: 0, problem: { what, remedy } })
  let secret: Awaited<ReturnType<CheckPorts['secrets']>>
  try {
    secret = await ports.secrets(password)
  } catch (error) {
    return failed(`the login of ${registry} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'Nothing was tried')
  }
  const told = await ask(host, tryRegistry({ registry, username, password: secret }, ports.signer.sign), 'registry', ports)
  const outcome = understood(told, host, readRegistryTried)
  if (outcome.kind === 'done') return { registry, works: true, images: outcome.value }
  const said = redact(outcome.reason.evidence.detail ?? outcome.reason.code, [secret.reveal()])
  const own = ca === undefined ? '' : ` Its authority has to be on the host, too: /etc/docker/certs.d/${registry}/ca.crt.`
  return failed(
    `${registry} gives it nothing as ${username}: ${said}`,
    `Check that the host reaches it, and that the login may read its images.${own}`,
  )
}
