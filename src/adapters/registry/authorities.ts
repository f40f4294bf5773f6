import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RegistryRule } from '../../domain/configuration.ts'
import { messageOf } from '../message-of.ts'
import type { AuthorityOf } from './registry.ts'

/** Reads the `ca` of registries, anew each time: a certificate that is replaced counts at once. */
export const authoritiesOf =
  (registries: () => Record<string, RegistryRule>): AuthorityOf =>
  async (registry) => {
    const known = registries()
    const file = Object.hasOwn(known, registry) ? known[registry]?.ca : undefined
    if (file === undefined) return undefined
    try {
      const text = await readFile(file, 'utf8')
      new X509Certificate(text)
      return text
    } catch (cause) {
      throw new Error(`the certificates of ${registry} in ${file} cannot be used: ${messageOf(cause)}`, { cause })
    }
  }
