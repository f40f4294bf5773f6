import { createHash } from 'node:crypto'
import type { ChatRule, SecretReader } from '../../domain/configuration.ts'
import type { Chat, ChatMessage } from '../../flow/ports.ts'
import { ChatFailed } from './failed.ts'
import { sendToSlack } from './slack.ts'
import { sendToTelegram } from './telegram.ts'

/**
 * Slack and Telegram behind one port; a channel is its kind and the operator's name for it, `slack:deploys`. `rules` is
 * asked at every message, so that a reloaded operator's file counts at once; secrets are read at the moment of use. What
 * is remembered holds a hash of the message: the same one is said once. Throws ChatFailed, and what `secret` throws.
 */
export function chat(rules: () => Readonly<Record<string, ChatRule>>, secret: SecretReader, seconds = 10): Chat {
  return {
    async send(channel, message, memory) {
      const [kind, name = ''] = channel.split(':')
      const [, rule] = Object.entries(rules()).find(([known, { kind: its }]) => known === name && its === kind) ?? []
      if (!rule)
        throw new ChatFailed(`chat.${name}: there is no ${kind} channel of this name. Add it to the operator's file.`, {
          retryAfterSeconds: 3600,
        })
      return deliver(name, rule, message, memory)
    },
  }

  async function deliver(name: string, rule: ChatRule, message: ChatMessage, memory = ''): Promise<string> {
    const hash = hashOf(rule.kind === 'slack' ? message.slack : message.telegram)
    const [said, earlier] = memory.split(' ')
    if (said === hash) return memory
    if (rule.kind === 'slack') {
      await sendToSlack(name, await secret(rule.url), message.slack, seconds)
      return hash
    }
    const to = { api: rule.api, token: await secret(rule.token), chat: rule.chat }
    const editable = message.anew === undefined && /^\d+$/.test(earlier ?? '')
    const id = await sendToTelegram(name, to, message.telegram, seconds, editable ? Number(earlier) : undefined)
    return `${hash} ${id}`
  }
}

const hashOf = (message: unknown): string => createHash('sha256').update(JSON.stringify(message)).digest('hex')
