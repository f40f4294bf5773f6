import type { Secret } from '../domain/secret.ts'
import type { AdminLogin, AdminProof } from '../flow/bootstrap.ts'
import type { HostTarget } from './host-target.ts'

/** What an administrator's login needs from outside. */
export interface AdminTools {
  login(to: HostTarget, proof: AdminProof): Promise<AdminLogin>
  /** A key file, and its passphrase where it has one. */
  readKey(path: string): Promise<AdminProof>
  /** The first of the administrator's own keys that is there. */
  usualKey: string | undefined
  /** Socket of a running SSH agent. */
  agent: string | undefined
  /** Asks on the terminal without an echo; absent where there is none. */
  ask?: (question: string) => Promise<Secret>
}

/** Options of every verb with which an administrator logs in. */
export const adminOptions = { key: { type: 'string' } } as const

export const adminUsage = `  --key FILE                private key of USER; otherwise the running SSH agent's keys, or your own. Passphrases and passwords are asked for`

/** Logs in by the key that is named, or the agent, or a key of one's own; on a terminal by password where these do not let anybody in. */
export async function logInAsAdmin(target: HostTarget, key: string | undefined, tools: AdminTools): Promise<AdminLogin> {
  const proof = await proofOf(key, tools)
  const first: AdminLogin = proof
    ? await tools.login(target, proof)
    : { kind: 'refused', detail: 'there is no key and no SSH agent; give one with --key FILE' }
  const ask = tools.ask
  // Without its key nobody is told a password.
  if (first.kind !== 'refused' || !ask || target.host.hostKey === undefined) return first
  return tools.login(target, { password: await ask(`Password of ${target.admin}@${target.host.address}`) })
}

async function proofOf(key: string | undefined, { readKey, agent, usualKey }: AdminTools): Promise<AdminProof | undefined> {
  if (key !== undefined) return readKey(key)
  if (agent) return { agent }
  return usualKey === undefined ? undefined : readKey(usualKey)
}
