import { createHash } from 'node:crypto'
import type { ChatRule, SecretReader } from '../../domain/configuration.ts'
import type { Chat, ChatMessage } from '../../flow/ports.ts'
import { ChatFailed } from './failed.ts'
import { sendToSlack } from './slack.ts'
import { sendToTelegram } from './telegram.ts'

/**
 * Slack and Telegram behind one port. `rules` is asked at every message, so that a reloaded operator's file counts at
 * once; secrets are read at the moment of use. What is remembered holds a hash of the message: the same one is said once.
 * Throws ChatFailed.
 */
export function chat(rules: () => Readonly<Record<string, ChatRule>>, secret: SecretReader, seconds = 10): Chat {
  return {
    async send(channel, message, memory) {
      const known = Object.entries(rules()).find(([name]) => name === channel)
      if (!known) throw new ChatFailed(`chat.${channel}: there is no such channel. Add it to the operator's file.`)
      return deliver(channel, known[1], message, memory)
    },
  }

  async function deliver(channel: string, rule: ChatRule, message: ChatMessage, memory = ''): Promise<string> {
    const hash = hashOf(rule.kind === 'slack' ? message.slack : message.telegram)
    const [said, earlier] = memory.split(' ')
    if (said === hash) return memory
    if (rule.kind === 'slack') {
      await sendToSlack(channel, await secret(rule.url), message.slack, seconds)
      return hash
    }
    const to = { api: rule.api, token: await secret(rule.token), chat: rule.chat }
    const id = await sendToTelegram(channel, to, message.telegram, seconds, /^\d+$/.test(earlier ?? '') ? Number(earlier) : undefined)
    return `${hash} ${id}`
  }
}

const hashOf = (message: unknown): string => createHash('sha256').update(JSON.stringify(message)).digest('hex')
