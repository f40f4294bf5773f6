import type { Client } from 'ssh2'
import type { HostRule } from '../../domain/configuration.ts'
import type { Secret } from '../../domain/secret.ts'
import type { CommandResult, Hosts } from '../../flow/ports.ts'
import { connect, type InTurn } from './connect.ts'
import { execute } from './execute.ts'
import { parseHostKey } from './host-key.ts'
import { queueOf } from './turns.ts'

/** OpenSSH serves ten sessions on one connection (MaxSessions); two are left for surprises. */
const channelsPerHost = 8

/**
 * So many hosts exchange keys with us at the same time. A thousand at once would share the processor so thinly that all of them ran out of
 * patience together; fewer than these would wait for each other on a slow line, where a login takes half a second and hardly any work.
 */
const mostLogins = 128

type Opened = { kind: 'open'; client: Client } | Exclude<CommandResult, { kind: 'exited' }>

/** Hosts over SSH: one warm connection each, shared by all commands, opened again when it was lost. */
export function sshHosts(privateKey: Secret, loginsAtOnce = mostLogins): Hosts {
  const connections = new Map<string, Promise<Opened>>()
  const logins = queueOf(loginsAtOnce)
  const turns = new Map<string, ReturnType<typeof queueOf>>()

  /** Everyone who asks meanwhile shares one attempt: sshd refuses many unauthenticated connections at once (MaxStartups). */
  function open(host: HostRule): Promise<Opened> {
    const key = keyOf(host)
    const known = connections.get(key)
    if (known) return known
    const opening = logIn(host, privateKey, logins)
    connections.set(key, opening)
    const forget = () => connections.get(key) === opening && connections.delete(key)
    opening.then((opened) => (opened.kind === 'open' ? opened.client.once('close', forget) : forget()), forget)
    return opening
  }

  function turnsOf(host: HostRule) {
    const key = keyOf(host)
    const queue = turns.get(key) ?? queueOf(channelsPerHost)
    turns.set(key, queue)
    return queue
  }

  return {
    run(host, command, onLine, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
      // The answer may be there before the channel is gone; the turn ends with the channel.
      const turn = turnsOf(host)(async () => {
        const opened = await open(host)
        if (opened.kind !== 'open') return resolve(opened)
        if (signal?.aborted) return resolve({ kind: 'connection-lost', detail: 'Landfall gave the command up before it was sent' })
        const { result, closed } = execute(opened.client, command, onLine, signal)
        result.then(resolve, reject)
        await closed
      })
      turn.catch(reject)
      return promise
    },
    async close() {
      const opened = await Promise.allSettled(connections.values())
      for (const result of opened) if (result.status === 'fulfilled' && result.value.kind === 'open') result.value.client.end()
    },
  }
}

/** A host whose entry in the operator's file changed is another host: its old connection is not used for it. */
const keyOf = ({ user, address, port, hostKey }: HostRule): string => `${user}@${address}:${port} ${hostKey}`

async function logIn(host: HostRule, privateKey: Secret, inTurn: InTurn): Promise<Opened> {
  const pinned = parseHostKey(host.hostKey)
  if (!pinned) return { kind: 'unreachable', detail: 'its pinned host key cannot be read; give it as `ssh-ed25519 AAAA…`' }
  const result = await connect(host, pinned, { privateKey: privateKey.reveal() }, inTurn)
  switch (result.kind) {
    case 'connected':
      return { kind: 'open', client: result.client }
    case 'wrong-key':
      return { kind: 'host-key-changed', shown: result.shown }
    case 'unreachable':
      return result
  }
}
