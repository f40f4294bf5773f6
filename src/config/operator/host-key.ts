import { z } from 'zod'
import { message } from '../message.ts'

/** Key types and how many fields (RFC 4253, 5656, 8709) follow the type's name in the key. */
const fields: Record<string, number> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'ssh-rsa': 2,
}

const howTo = 'Copy one line of `ssh-keyscan HOST` without the host in front, after comparing it with the machine itself'

/** A public host key as in OpenSSH's `.pub` files. Its output has type and key only. */
export const hostKey = z
  .string()
  .superRefine((line, context) => {
    const found = wrongWith(line)
    if (found) context.addIssue({ code: 'custom', message: found })
  })
  .transform((line) => line.trim().split(/\s+/, 2).join(' '))

function wrongWith(line: string): string | undefined {
  if (line.includes('PRIVATE KEY')) return message('this is a private key', 'Write the public key, and replace this one: it has been seen')
  const [type = '', key = ''] = line.trim().split(/\s+/)
  const count = Object.hasOwn(fields, type) ? fields[type] : undefined
  if (/^SHA256:|^MD5:/.test(line)) return message('this is the fingerprint of a key, not the key', howTo)
  if (count === undefined)
    return message('this does not begin with a known type of host key', `Known are ${Object.keys(fields).join(', ')}. ${howTo}`)
  const inside = unpack(key)
  const whole = inside?.length === count + 1 && inside[0]?.toString() === type && (type !== 'ssh-ed25519' || inside[1]?.length === 32)
  return whole ? undefined : message(`this is not a whole ${type} key`, howTo)
}

/** The length-prefixed fields of a key; undefined where they do not fill it exactly. */
function unpack(base64: string): Buffer[] | undefined {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')) return undefined
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return undefined
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) return undefined
    found.push(bytes.subarray(at + 4, end))
    at = end
  }
  return found
}
