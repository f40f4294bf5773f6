import { z } from 'zod'
import type { Secret } from '../../domain/secret.ts'
import { ChatFailed } from './failed.ts'
import { type Answer, post } from './post.ts'

/** A bot and the chat it speaks in. */
export interface TelegramChat {
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  api: string
  token: Secret
  chat: string
}

const sent = z.object({ ok: z.literal(true), result: z.object({ message_id: z.int() }) })
const refused = z.object({ parameters: z.object({ retry_after: z.int().min(0).max(3600) }) })

/**
 * Sends a message, or edits the one with the id `earlier`. Returns the id of the message that now says it: a new one where
 * the earlier one can be edited no more (deleted, or too old).
 */
export async function sendToTelegram(channel: string, to: TelegramChat, html: string, seconds: number, earlier?: number): Promise<number> {
  const message = { chat_id: to.chat, text: html, parse_mode: 'HTML', link_preview_options: { is_disabled: true } }
  if (earlier !== undefined) {
    const answer = await call(channel, to, 'editMessageText', { ...message, message_id: earlier }, seconds)
    if (answer.status === 200) return earlier
    if (answer.status !== 400) throw failed(channel, answer)
  }
  const answer = await call(channel, to, 'sendMessage', message, seconds)
  const parsed = sent.safeParse(json(answer.body))
  if (answer.status !== 200 || !parsed.success) throw failed(channel, answer)
  return parsed.data.result.message_id
}

function call(channel: string, { api, token }: TelegramChat, method: string, body: object, seconds: number): Promise<Answer> {
  const word = token.reveal()
  // The token is part of the path: a stray character there would call something else.
  if (!/^[\w:-]+$/.test(word)) throw new ChatFailed(`chat.${channel}: the secret is no bot token. Store the token BotFather gave.`)
  return post(channel, `${api.replace(/\/+$/, '')}/bot${word}/${method}`, JSON.stringify(body), seconds)
}

function failed(channel: string, { status, body, retryAfterSeconds }: Answer): ChatFailed {
  const asked = refused.safeParse(json(body))
  const remedy =
    status === 401 || status === 404
      ? 'Check the bot token.'
      : status === 400 || status === 403
        ? 'Check the chat id, and that the bot is a member.'
        : 'It is tried again.'
  return new ChatFailed(`chat.${channel}: Telegram answered ${status}. ${remedy}`, {
    status,
    retryAfterSeconds: asked.success ? asked.data.parameters.retry_after : retryAfterSeconds,
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
