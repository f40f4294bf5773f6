import { ChatFailed } from './failed.ts'

/** An answer, its body read up to 64 KiB. */
export interface Answer {
  status: number
  body: string
  retryAfterSeconds: number | undefined
}

const mostBytes = 64 * 1024

/**
 * Posts JSON to an address that is itself a secret. Redirects are not followed: they would carry the message, and with
 * Telegram the token, elsewhere. Throws ChatFailed where nothing answered within `seconds`; any answer is returned.
 */
export async function post(channel: string, address: string, body: string, seconds: number): Promise<Answer> {
  // The parser's own error repeats the address, so it must not become anybody's cause.
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
    throw new ChatFailed(`chat.${channel}: the address is no web address. Correct the secret it is read from.`)
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(seconds * 1000),
    })
    return { status: response.status, body: await read(response), retryAfterSeconds: waitOf(response.headers.get('retry-after')) }
  } catch (cause) {
    throw new ChatFailed(`chat.${channel}: no answer within ${seconds} s or no connection. It is tried again.`, { cause })
  }
}

async function read(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (size > mostBytes) break
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

/** Retry-After in seconds; both services send seconds. A value out of reason is held to one hour. */
function waitOf(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header.trim())) return undefined
  return Math.min(Number(header), 3600)
}
