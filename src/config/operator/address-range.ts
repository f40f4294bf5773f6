import { z } from 'zod'
import { message } from '../message.ts'

const wrong = message('this is not a range of addresses', 'Write it as `10.0.0.0/8` or `fd00::/8`')

/** `10.0.0.0/8`, `fd00::/8`, or one address with all of its bits. */
export const addressRange = z.string().refine(isRange, { error: wrong })

function isRange(text: string): boolean {
  const [, four, six, bits] = /^(?:((?:\d{1,3}\.){3}\d{1,3})|([0-9a-f:]{2,39}))\/(\d{1,3})$/i.exec(text) ?? []
  if (four !== undefined) return four.split('.').every((part) => /^(0|[1-9]\d*)$/.test(part) && Number(part) <= 255) && Number(bits) <= 32
  return six !== undefined && URL.canParse(`http://[${six}]`) && Number(bits) <= 128
}
