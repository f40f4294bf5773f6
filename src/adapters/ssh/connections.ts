import type { Client } from 'ssh2'
import type { BastionRule, Machine } from '../../domain/configuration.ts'
import type { Secret } from '../../domain/secret.ts'
import type { CommandResult } from '../../flow/ports.ts'
import { connect, type Way } from './connect.ts'
import { parseHostKey } from './host-key.ts'
import { through } from './through.ts'
import { queueForEach, queueOf } from './turns.ts'

/**
 * So many machines exchange keys with us at the same time. A thousand at once would share the processor so thinly that all of them ran out of
 * patience together; fewer than these would wait for each other on a slow line, where a login takes half a second and hardly any work.
 */
const mostLogins = 128

/** So many of them behind one bastion: one that stalls in the middle of their logins leaves the other places to those elsewhere. */
const mostLoginsBehind = 16

/**
 * For so many milliseconds the failure of a bastion is told to all who ask: a hundred hosts behind it are one attempt and not a hundred. Shorter
 * than the first pause before anybody asks again.
 */
const failureCounts = 400

/** A machine that answers, or why none does; where a bastion on the way is to blame, that is said. */
export type Opened = OpenConnection | NotOpened
export type NotOpened = Extract<CommandResult, { kind: 'unreachable' | 'host-key-changed' }>

export interface OpenConnection {
  kind: 'open'
  client: Client
  ended(): boolean
  /** The bastion on the way, seen from here the first, whose own connection has ended. */
  lostBastion(): string | undefined
}

/** Connections to machines: one warm one each, opened when it is asked for, and again once it was lost. */
export interface Connections {
  open(machine: Machine): Promise<Opened>
  /** How to log in to what is behind a bastion with another key than Landfall's. */
  wayBehind(bastion: BastionRule): Promise<{ kind: 'way'; way: Way } | NotOpened>
  close(): Promise<void>
}

/** Connections by Landfall's key. */
export function sshConnections(privateKey: Secret, loginsAtOnce = mostLogins): Connections {
  const connections = new Map<string, Promise<Opened>>()
  const logins = queueOf(loginsAtOnce)
  const behind = queueForEach(mostLoginsBehind)

  /** Everyone who asks meanwhile shares one attempt: sshd refuses many unauthenticated connections at once (MaxStartups). */
  function open(machine: Machine, failureCountsFor = 0): Promise<Opened> {
    const key = keyOf(machine)
    const known = connections.get(key)
    if (known) return known
    const opening = reachAndLogIn(machine)
    connections.set(key, opening)
    const forget = () => connections.get(key) === opening && connections.delete(key)
    opening.then((opened) => {
      if (opened.kind === 'open') opened.client.once('close', forget)
      else if (failureCountsFor > 0) setTimeout(forget, failureCountsFor).unref()
      else forget()
    }, forget)
    return opening
  }

  async function reachAndLogIn(machine: Machine): Promise<Opened> {
    if (!machine.bastion) return logIn(machine, privateKey, { inTurn: logins })
    const passed = await wayBehind(machine.bastion)
    if (passed.kind !== 'way') return passed
    const opened = await logIn(machine, privateKey, passed.way)
    if (opened.kind === 'open') return { ...opened, lostBastion: passed.lostBastion }
    const lost = passed.lostBastion()
    // What ended together with the bastion says nothing of what is behind it.
    return lost === undefined ? opened : { kind: 'unreachable', detail: bastionLost(lost) }
  }

  async function wayBehind(bastion: BastionRule) {
    const opened = await open(bastion, failureCounts)
    if (opened.kind !== 'open') return blamed(bastion, opened)
    const way: Way = { dial: through(opened.client, bastion.name), inTurn: (task) => behind(keyOf(bastion))(() => logins(task)) }
    return { kind: 'way' as const, way, lostBastion: () => opened.lostBastion() ?? (opened.ended() ? bastion.name : undefined) }
  }

  return {
    open,
    wayBehind,
    async close() {
      const opened = await Promise.allSettled(connections.values())
      for (const result of opened) if (result.status === 'fulfilled' && result.value.kind === 'open') result.value.client.end()
    },
  }
}

/** What is told of a host whose bastion ended on the way or in the middle of its work. */
export const bastionLost = (bastion: string): string => `the connection to its bastion ${bastion} was lost`

/** Why nothing behind a bastion is reached. */
const blamed = ({ name }: BastionRule, failed: NotOpened): NotOpened =>
  failed.kind === 'host-key-changed' ? { bastion: name, ...failed } : { ...failed, detail: `its bastion ${name}: ${failed.detail}` }

/** A machine whose entry in the operator's file changed is another one: its old connection is not used for it. */
export const keyOf = ({ user, address, port, hostKey, bastion }: Machine): string =>
  `${user}@${address}:${port} ${hostKey}${bastion ? ` through ${keyOf(bastion)}` : ''}`

async function logIn(machine: Machine, privateKey: Secret, way: Way): Promise<Opened> {
  const pinned = parseHostKey(machine.hostKey)
  if (!pinned) return { kind: 'unreachable', detail: 'its pinned host key cannot be read; give it as `ssh-ed25519 AAAA…`' }
  const result = await connect(machine, pinned, { privateKey: privateKey.reveal() }, way)
  switch (result.kind) {
    case 'connected':
      return opened(result.client)
    case 'wrong-key':
      return { kind: 'host-key-changed', shown: result.shown }
    case 'refused':
      return { kind: 'unreachable', detail: result.detail }
    case 'unreachable':
      return result
  }
}

function opened(client: Client): OpenConnection {
  let over = false
  client.once('close', () => {
    over = true
  })
  return { kind: 'open', client, ended: () => over, lostBastion: () => undefined }
}
