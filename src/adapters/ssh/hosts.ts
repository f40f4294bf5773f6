import type { Secret } from '../../domain/secret.ts'
import type { CommandResult, Hosts } from '../../flow/ports.ts'
import { bastionLost, type Connections, keyOf, type OpenConnection, sshConnections } from './connections.ts'
import { execute } from './execute.ts'
import { queueForEach } from './turns.ts'

/** OpenSSH serves ten sessions on one connection (MaxSessions); two are left for surprises. */
const channelsPerHost = 8

/** Hosts over SSH: one warm connection each, shared by all commands, opened again when it was lost; likewise one to each bastion. */
export const sshHosts = (privateKey: Secret, loginsAtOnce?: number): Hosts => hostsOver(sshConnections(privateKey, loginsAtOnce))

/** The same over connections that others use as well. */
export function hostsOver(connections: Connections): Hosts {
  const turns = queueForEach(channelsPerHost)

  return {
    run(host, command, onLine, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
      // The answer may be there before the channel is gone; the turn ends with the channel.
      const turn = turns(keyOf(host))(async () => {
        const opened = await connections.open(host)
        if (opened.kind !== 'open') return resolve(opened)
        if (signal?.aborted) return resolve({ kind: 'connection-lost', detail: 'Landfall gave the command up before it was sent' })
        const { result, closed } = execute(opened.client, command, onLine, signal)
        result.then((ended) => resolve(blaming(opened, ended)), reject)
        await closed
      })
      turn.catch(reject)
      return promise
    },
    close: () => connections.close(),
  }
}

/** Says of a lost connection that it was lost with its bastion. */
function blaming({ lostBastion }: OpenConnection, result: CommandResult): CommandResult {
  const bastion = result.kind === 'connection-lost' ? lostBastion() : undefined
  return bastion === undefined ? result : { kind: 'connection-lost', detail: bastionLost(bastion) }
}
