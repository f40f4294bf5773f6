import { z } from 'zod'
import type { Parsed, Problem } from '../../domain/problem.ts'
import type { EncryptedText } from './encrypted-text.ts'
import { type Which, whichEncrypted } from './which.ts'

const optional = z
  .string()
  .nullish()
  .transform((text) => text ?? '')
/** Keys of kinds that Landfall does not use; older versions write all kinds. */
const others = z
  .array(z.unknown())
  .nullish()
  .transform((list) => list ?? [])

const schema = z.object({
  age: z
    .array(z.object({ recipient: z.string().max(2000), enc: z.string().max(16 * 1024) }))
    .max(100)
    .nullish()
    .transform((keys) => keys ?? []),
  lastmodified: z.union([z.string(), z.date().transform((date) => date.toISOString())]),
  mac: optional,
  mac_only_encrypted: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
    .nullish()
    .transform((only) => only ?? false),
  unencrypted_suffix: optional,
  encrypted_suffix: optional,
  unencrypted_regex: optional,
  encrypted_regex: optional,
  unencrypted_comment_regex: optional,
  encrypted_comment_regex: optional,
  shamir_threshold: z.union([z.number(), z.string()]).nullish(),
  key_groups: others,
  kms: others,
  gcp_kms: others,
  azure_kv: others,
  hc_vault: others,
  pgp: others,
})

/** What SOPS keeps of a file beside its values. */
export type SopsMetadata = z.output<typeof schema>

export interface Understood {
  metadata: SopsMetadata
  which: Which
}

/** Reads the metadata, or refuses what Landfall cannot follow. */
export function understandMetadata({ file, metadata, metadataAt, positionAt }: EncryptedText): Parsed<Understood> {
  const refused = (name: string, what: string, remedy: string): Parsed<never> => {
    const at = metadataAt.get(name) ?? [...metadataAt.values()][0]
    const problem: Problem = { file, ...(at && positionAt(at.start)), what, remedy }
    return { kind: 'invalid', problems: [problem] }
  }
  const parsed = schema.safeParse(metadata)
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'sops')
    return refused(name, `what SOPS keeps under \`${name}\` is missing or damaged`, 'Restore the file, or encrypt it again')
  }
  const { data } = parsed
  const { encrypted_regex, unencrypted_regex, encrypted_comment_regex, unencrypted_comment_regex } = data
  if (data.key_groups.length > 0 || Object.hasOwn(Object(metadata), 'shamir_threshold'))
    return refused('shamir_threshold', 'its key is shared out to key groups', oneGroup)
  if (encrypted_comment_regex || unencrypted_comment_regex)
    return refused('encrypted_comment_regex', 'comments say there which values are encrypted', 'Encrypt it again without that')
  if ([data.encrypted_suffix, data.unencrypted_suffix, encrypted_regex, unencrypted_regex].filter(Boolean).length > 1)
    return refused('encrypted_regex', 'it says in several ways which values are encrypted', 'Encrypt it again with one of them')
  const which = whichEncrypted(data)
  if (!which) {
    const name = encrypted_regex ? 'encrypted_regex' : 'unencrypted_regex'
    return refused(
      name,
      `\`${name}\` is not one Landfall follows`,
      'Write a simple one, such as `^(PASSWORD|.*_TOKEN)$`, and encrypt again',
    )
  }
  if (!data.mac) return refused('mac', 'it has no MAC, so anybody may have changed it', 'Encrypt it again')
  return { kind: 'ok', value: { metadata: data, which } }
}

const oneGroup = 'Encrypt it again for recipients side by side: Landfall alone must be able to read it'
