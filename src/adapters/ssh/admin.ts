import type { Client } from 'ssh2'
import type { BastionRule } from '../../domain/configuration.ts'
import type { Secret } from '../../domain/secret.ts'
import type { AdminLogin, AdminProof, AdminSession } from '../../flow/bootstrap.ts'
import { connect, type Destination, type Proof } from './connect.ts'
import type { Connections } from './connections.ts'
import { parseHostKey } from './host-key.ts'

/** Where an administrator logs in. */
export interface AdminDestination extends Destination {
  bastion?: BastionRule | undefined
}

/**
 * Logs in as an administrator. Without a readable pinned key nobody logs in; the shown key is told instead.
 *
 * @param connections through which a bastion is passed, by Landfall's own key
 * @param askSudo for the password of the account, where sudo wants one; absent where nobody can be asked
 */
export async function adminLogin(
  to: AdminDestination,
  hostKey: string | undefined,
  proof: AdminProof,
  connections: Pick<Connections, 'wayBehind'>,
  askSudo?: () => Promise<Secret>,
): Promise<AdminLogin> {
  const pinned = hostKey === undefined ? undefined : parseHostKey(hostKey)
  if (hostKey !== undefined && !pinned)
    return { kind: 'unreachable', detail: 'the given host key cannot be read; give it as `ssh-ed25519 AAAA…`' }
  const passed = to.bastion && (await connections.wayBehind(to.bastion))
  if (passed?.kind === 'unreachable') return passed
  if (passed?.kind === 'host-key-changed')
    return { kind: 'unreachable', detail: `bastion ${passed.bastion} shows another host key than the pinned one, ${passed.shown}` }
  const result = await connect(to, pinned, revealed(proof), passed?.way)
  if (result.kind !== 'connected') return result
  const sudo = 'password' in proof ? async () => proof.password : askSudo
  return { kind: 'connected', session: await session(result.client, to.user, hostKey ?? '', sudo) }
}

function revealed(proof: AdminProof): Proof {
  if ('agent' in proof) return proof
  if ('password' in proof) return { password: proof.password.reveal() }
  const { privateKey, passphrase } = proof
  return { privateKey: privateKey.reveal(), ...(passphrase && { passphrase: passphrase.reveal() }) }
}

async function session(client: Client, user: string, hostKey: string, askSudo?: () => Promise<Secret>): Promise<AdminSession> {
  const becomeRoot = user === 'root' ? { words: 'sh -s', before: '' } : await sudo(client, askSudo)
  return {
    hostKey: hostKey.trim().split(/\s+/).slice(0, 2).join(' '),
    // The whole script travels on standard input: nothing of it is ever part of a command line.
    run: (script) => run(client, becomeRoot.words, `${becomeRoot.before}${script}`),
    close: () => client.end(),
  }
}

/**
 * How to act as root. A password is the first line that sudo reads, and the script what follows; `-k` has it ask although it may have been told
 * a moment ago: the shell would take the line for a command.
 */
async function sudo(client: Client, ask?: () => Promise<Secret>): Promise<{ words: string; before: string }> {
  const free = await run(client, 'sudo -k -n true', '')
  if (free.code === 0 || free.code === 127 || !ask) return { words: 'sudo -n sh -s', before: rootsPath }
  return { words: "sudo -k -S -p '' sh -s", before: `${(await ask()).reveal()}\n${rootsPath}` }
}

/** Where Debian keeps what makes users; not every sudo sees to it. */
const rootsPath = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n'

const run = (client: Client, words: string, input: string): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    client.exec(words, (error, channel) => {
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
      channel.end(input)
    })
  })
