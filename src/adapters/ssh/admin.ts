import type { Client } from 'ssh2'
import type { Secret } from '../../domain/secret.ts'
import type { AdminLogin, AdminSession } from '../../flow/bootstrap.ts'
import { connect, type Destination } from './connect.ts'
import { parseHostKey } from './host-key.ts'

/** By what an administrator proves who they are: a key file's text, or a running agent's socket. */
export type AdminKey = { privateKey: Secret } | { agent: string }

/** Logs in as an administrator. Without a readable pinned key nobody logs in; the shown key is told instead. */
export async function adminLogin(to: Destination, hostKey: string | undefined, key: AdminKey): Promise<AdminLogin> {
  const pinned = hostKey === undefined ? undefined : parseHostKey(hostKey)
  if (hostKey !== undefined && !pinned)
    return { kind: 'unreachable', detail: 'the given host key cannot be read; give it as `ssh-ed25519 AAAA…`' }
  const proof = 'agent' in key ? { agent: key.agent } : { privateKey: key.privateKey.reveal() }
  const result = await connect(to, pinned, proof)
  if (result.kind !== 'connected') return result
  return { kind: 'connected', session: session(result.client, to.user, hostKey ?? '') }
}

const session = (client: Client, user: string, hostKey: string): AdminSession => ({
  hostKey: hostKey.trim().split(/\s+/).slice(0, 2).join(' '),
  run: (script) =>
    new Promise((resolve, reject) => {
      // The whole script travels on standard input: nothing of it is ever part of a command line.
      client.exec(user === 'root' ? 'sh -s' : 'sudo -n sh -s', (error, channel) => {
        if (error) return reject(error)
        const outputs = { stdout: '', stderr: '' }
        let code = 255
        channel.on('data', (chunk: Buffer) => {
          outputs.stdout += chunk.toString('utf8')
        })
        channel.stderr.on('data', (chunk: Buffer) => {
          outputs.stderr += chunk.toString('utf8')
        })
        channel.on('exit', (exit: number | null) => {
          code = exit ?? 255
        })
        channel.on('close', () => resolve({ code, ...outputs }))
        channel.on('error', reject)
        channel.end(script)
      })
    }),
  close: () => client.end(),
})
