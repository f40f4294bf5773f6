import type { Client, ClientChannel } from 'ssh2'
import type { BastionRule } from '../../domain/configuration.ts'
import type { Secret } from '../../domain/secret.ts'
import { type AdminLogin, type AdminProof, type AdminSession, gaveUp, lost } from '../../flow/bootstrap.ts'
import { connect, type Destination, type Proof } from './connect.ts'
import type { Connections } from './connections.ts'
import { parseHostKey } from './host-key.ts'

/** Where an administrator logs in. */
export interface AdminDestination extends Destination {
  bastion?: BastionRule | undefined
}

/** How long a script may take that says nothing else, in seconds. */
const usualLimit = 120

/** How often whoever waits is told so, in seconds. */
const tellsEvery = 15

/** What an administrator's session asks of a person, and tells them. */
export interface AdminTerminal {
  /** The password of the account, where sudo wants one; absent where nobody can be asked. */
  askSudo?: (() => Promise<Secret>) | undefined
  /** That something goes on, after so many seconds. */
  waiting?: ((seconds: number) => void) | undefined
  /** Other limits than the usual ones, in seconds. */
  limits?: { usual: number; tellsEvery: number }
}

/**
 * Logs in as an administrator. Without a readable pinned key nobody logs in; the shown key is told instead.
 *
 * @param connections through which a bastion is passed, by Landfall's own key
 */
export async function adminLogin(
  to: AdminDestination,
  hostKey: string | undefined,
  proof: AdminProof,
  connections: Pick<Connections, 'wayBehind'>,
  terminal: AdminTerminal = {},
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
  const askSudo = 'password' in proof ? async () => proof.password : terminal.askSudo
  return { kind: 'connected', session: await session(result.client, to.user, hostKey ?? '', { ...terminal, askSudo }) }
}

function revealed(proof: AdminProof): Proof {
  if ('agent' in proof) return proof
  if ('password' in proof) return { password: proof.password.reveal() }
  const { privateKey, passphrase } = proof
  return { privateKey: privateKey.reveal(), ...(passphrase && { passphrase: passphrase.reveal() }) }
}

async function session(client: Client, user: string, hostKey: string, terminal: AdminTerminal): Promise<AdminSession> {
  const becomeRoot = user === 'root' ? { words: 'sh -s', before: '' } : await sudo(client, terminal)
  return {
    hostKey: hostKey.trim().split(/\s+/).slice(0, 2).join(' '),
    // The whole script travels on standard input: nothing of it is ever part of a command line.
    run: (script, seconds) => run(client, becomeRoot.words, `${becomeRoot.before}${script}`, terminal, seconds),
    close: () => client.end(),
  }
}

/**
 * How to act as root. A password is the first line that sudo reads, and the script what follows; `-k` has it ask although it may have been told
 * a moment ago: the shell would take the line for a command.
 */
async function sudo(client: Client, terminal: AdminTerminal): Promise<{ words: string; before: string }> {
  const free = await run(client, 'sudo -k -n true', '', terminal)
  const { askSudo } = terminal
  if (free.code === 0 || free.code === 127 || !askSudo) return { words: 'sudo -n sh -s', before: rootsPath }
  return { words: "sudo -k -S -p '' sh -s", before: `${(await askSudo()).reveal()}\n${rootsPath}` }
}

/** Where Debian keeps what makes users; not every sudo sees to it. */
const rootsPath = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n'

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs words on the machine and waits for their end, as long as the limit is; whatever was begun there may go on without anybody. */
function run(
  client: Client,
  words: string,
  input: string,
  { waiting, limits = { usual: usualLimit, tellsEvery } }: AdminTerminal,
  seconds = limits.usual,
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const outputs = { stdout: '', stderr: '' }
  const began = performance.now()
  const telling = setInterval(() => waiting?.(Math.round((performance.now() - began) / 1000)), limits.tellsEvery * 1000)
  const limit = setTimeout(() => {
    resolve({ code: gaveUp, ...outputs, stderr: `${outputs.stderr}it had not ended after ${seconds} s, and was given up` })
    channel?.close()
  }, seconds * 1000)
  // A machine that is cut off tells nothing: its channel ends without a word, or is never opened.
  const cut = () =>
    resolve({ code: lost, ...outputs, stderr: `${outputs.stderr}the connection was closed before the machine had answered` })
  client.once('close', cut)
  let channel: ClientChannel | undefined
  client.exec(words, (error, opened) => {
    if (error) return reject(error)
    channel = opened
    let code = lost
    opened.on('data', (chunk: Buffer) => {
      outputs.stdout += chunk.toString('utf8')
    })
    opened.stderr.on('data', (chunk: Buffer) => {
      outputs.stderr += chunk.toString('utf8')
    })
    opened.on('exit', (exit: number | null) => {
      code = exit ?? lost
    })
    opened.on('close', () => resolve({ code, ...outputs }))
    opened.on('error', reject)
    opened.end(input)
  })
  return promise.finally(() => {
    clearInterval(telling)
    clearTimeout(limit)
    client.removeListener('close', cut)
  })
}
