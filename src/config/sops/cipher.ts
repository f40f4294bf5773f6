import { createCipheriv, createDecipheriv } from 'node:crypto'

/**
 * What SOPS writes in the place of a value: AES-256-GCM with a nonce of its own, bound to the value's path, and the type it had.
 * https://github.com/getsops/sops/blob/main/aes/cipher.go is the only description of it.
 */
export interface Sealed {
  data: Buffer
  nonce: Buffer
  tag: Buffer
  type: SealedType
}

const types = ['str', 'int', 'int64', 'float', 'bool', 'bytes', 'time', 'comment'] as const
export type SealedType = (typeof types)[number]

const form = /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z0-9]+)\]$/
const algorithm = 'aes-256-gcm'
/** Longer than GCM's usual twelve: SOPS always did so. */
export const nonceBytes = 32
const tagBytes = 16

/** Whether somebody meant this to be encrypted, well or badly. */
export const looksSealed = (text: string): boolean => text.startsWith('ENC[')

/** Undefined for what is not of the form. A shorter tag would be easier to forge, so it is none. */
export function readSealed(text: string): Sealed | undefined {
  const [, data = '', nonce = '', tag = '', named] = form.exec(text) ?? []
  const type = types.find((one) => one === named)
  if (type === undefined) return undefined
  const sealed = { data: bytes(data), nonce: bytes(nonce), tag: bytes(tag), type }
  return sealed.tag.length === tagBytes && sealed.nonce.length > 0 ? sealed : undefined
}

/** What was encrypted; undefined where key, path or bytes are not those it was encrypted with. */
export function unseal({ data, nonce, tag }: Sealed, key: Uint8Array, boundTo: string): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(boundTo))
  decipher.setAuthTag(tag)
  const plain = decipher.update(data)
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}

/** @param nonce fresh for each value: two with one nonce give both away */
export function seal(plain: string, key: Uint8Array, boundTo: string, nonce: Uint8Array): string {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(boundTo))
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  const [written, iv, tag] = [data, Buffer.from(nonce), cipher.getAuthTag()].map((part) => part.toString('base64'))
  return `ENC[AES256_GCM,data:${written},iv:${iv},tag:${tag},type:str]`
}

/** What a value is bound to, so that it cannot stand under another name. Places in lists do not count. */
export const boundToPath = (path: readonly string[]): string => `${path.join(':')}:`

const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
