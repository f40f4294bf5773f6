import { createHmac } from 'node:crypto'
import { request } from 'node:http'

/** A delivery as an attacker builds it: any headers, any body. */
export interface Forged {
  url: string
  headers: Record<string, string>
  body: Buffer
  /** Sends the body so many times over, one after another. Default 1. */
  times?: number
  /** Says beforehand how long it is; otherwise it comes in chunks without an announced end. */
  declared?: boolean
}

/**
 * Sends it. Resolves to the status answered, as soon as it is, and how many bytes were taken until then; the status is 0
 * where the server hung up on the sender instead, in the middle of the body.
 */
export function forge({ url, headers, body, times = 1, declared = true }: Forged): Promise<{ status: number; taken: number }> {
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = declared ? { 'content-length': String(body.length * times) } : {}
    const sent = request(url, { method: 'POST', headers: { ...headers, ...length }, agent: false })
    let left = times
    let answered = false
    const feed = () => {
      while (left > 0 && !answered) {
        left -= 1
        if (!sent.write(body)) return void sent.once('drain', feed)
      }
      if (left === 0) sent.end()
    }
    sent.on('response', (response) => {
      answered = true
      response.resume().on('close', () => sent.destroy())
      resolve({ status: response.statusCode ?? 0, taken: sent.socket?.bytesWritten ?? 0 })
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const hungUp = error.code === 'EPIPE' || error.code === 'ECONNRESET'
      if (hungUp) resolve({ status: 0, taken: sent.socket?.bytesWritten ?? 0 })
      else reject(error)
    })
    feed()
  })
}

/** The headers of a push delivery, signed with this secret. */
export const deliveryHeaders = (secret: string, body: Buffer, guid: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-github-delivery': guid,
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})
