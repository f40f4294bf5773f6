import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/**
 * Values that leave this server with somebody and come back: whoever carries one can read it, and nobody else than Landfall can make
 * one. Any Landfall with the same key opens what another sealed.
 */
export interface Sealer<T> {
  /** Good for so many seconds. */
  seal(value: T, seconds: number): string
  /** Undefined for what was not sealed here, was changed, is of another purpose (which has another key) or too old. */
  open(text: string | undefined): T | undefined
}

/** Longer ones than these are never made. */
const longest = 4096

export function sealer<T>(key: Uint8Array, shape: z.ZodType<T>, now: () => Date): Sealer<T> {
  const envelope = z.tuple([z.number(), shape])
  const tagOf = (body: string) => createHmac('sha256', key).update(body).digest()
  return {
    seal(value, seconds) {
      const body = Buffer.from(JSON.stringify([now().getTime() + seconds * 1000, value])).toString('base64url')
      return `${body}.${tagOf(body).toString('base64url')}`
    },
    open(text = '') {
      const [, body = '', tag = ''] = (text.length <= longest && /^([\w-]+)\.([\w-]{43})$/.exec(text)) || []
      if (!isSame(tag, tagOf(body).toString('base64url'))) return undefined
      // Another version of Landfall may have sealed it in another shape.
      const found = envelope.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
      const [until = 0, value] = found.data ?? []
      return now().getTime() < until ? value : undefined
    },
  }
}

/** Whether two texts are the same, without telling by the time it takes how much of them is. */
export function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
