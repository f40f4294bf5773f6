import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/** The key of every file made here. */
export const fileKey = randomBytes(32)

const sealed = (value: string, type: string, boundTo: string): string => {
  const nonce = randomBytes(32)
  const cipher = createCipheriv('aes-256-gcm', fileKey, nonce)
  cipher.setAAD(Buffer.from(boundTo))
  const data = Buffer.concat([cipher.update(value), cipher.final()]).toString('base64')
  return `ENC[AES256_GCM,data:${data},iv:${nonce.toString('base64')},tag:${cipher.getAuthTag().toString('base64')},type:${type}]`
}

export interface Line {
  name: string
  value: string
  /** Absent: it stands there as it is. */
  type?: string
}

/** A dotenv file in the manner of SOPS, made by other code than what reads it: values, and what it keeps for itself. */
export function sopsDotenv(lines: readonly Line[], own: Record<string, string> = {}): string {
  const hash = createHash('sha512')
  const macOnly = own.mac_only_encrypted === 'true'
  if (macOnly) hash.update(Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex'))
  for (const { value, type } of lines) if (!macOnly || type !== undefined) hash.update(value)
  const lastmodified = own.lastmodified ?? '2026-11-21T10:00:00Z'
  const metadata: Record<string, string> = {
    age__list_0__map_enc: `locked for age1landfall: ${fileKey.toString('base64')}`,
    age__list_0__map_recipient: 'age1landfall',
    lastmodified,
    mac: sealed(hash.digest('hex').toUpperCase(), 'str', lastmodified),
    version: '3.9.2',
    ...own,
  }
  const values = lines.map(
    ({ name, value, type }) => `${name}=${type === undefined || value === '' ? value : sealed(value, type, `${name}:`)}`,
  )
  return [...values, ...Object.entries(metadata).map(([name, value]) => `sops_${name}=${value}`), ''].join('\n')
}
