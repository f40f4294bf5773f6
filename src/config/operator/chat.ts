import { z } from 'zod'
import { message } from '../message.ts'
import { secretReference } from '../secret-reference.ts'

const api = z.string().refine(isBaseAddress, {
  error: message('this is not the address of a server', 'Write it like `https://api.telegram.org`, without path, user or password'),
})

/** A number, which YAML reads as one, or the public name of a channel. Its output is text. */
const notChat = message('this is not a Telegram chat', 'Write its number, such as `-1001234567890`, or `"@name"`')
const chatId = z
  .union([z.int(), z.string().regex(/^(-?[0-9]{1,20}|@[A-Za-z0-9_]{4,64})$/, { error: notChat })], {
    error: ({ input }) => (input === undefined ? undefined : notChat),
  })
  .transform(String)

/** Where messages go: exactly one of the kinds. */
export const chat = z
  .strictObject({
    slack: z
      .strictObject({ url: secretReference.meta({ description: 'Address of an incoming webhook; it is a secret.' }) })
      .optional()
      .meta({ description: 'A Slack channel, by incoming webhook.' }),
    telegram: z
      .strictObject({
        token: secretReference.meta({ description: "The bot's token." }),
        chat: chatId.meta({ description: 'Number of the chat, or `@name` of a public channel.' }),
        api: api.default('https://api.telegram.org').meta({ description: 'Server of the Bot API.' }),
      })
      .optional()
      .meta({ description: 'A Telegram chat, by bot.' }),
  })
  .refine(({ slack, telegram }) => (slack === undefined) !== (telegram === undefined), {
    error: message('a channel has exactly one kind', 'Write either `slack` or `telegram`'),
  })
  .meta({ minProperties: 1, maxProperties: 1 })

function isBaseAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '')
}
