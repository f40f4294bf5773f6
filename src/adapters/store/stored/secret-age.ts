import { z } from 'zod'
import type { SecretAge, SecretAges, SecretKeys } from '../../../domain/secret-age.ts'
import { instant, name, type Shape } from './shape.ts'

const within = z.number().positive().exactOptional()

export const storedSecretKeys = z.strictObject({
  keys: z.array(z.strictObject({ name, fingerprint: name } satisfies Shape<SecretKeys['keys'][number]>)),
  within,
} satisfies Shape<SecretKeys>)

export const storedSecretAges: z.ZodType<SecretAges> = z.strictObject({
  project: name,
  keys: z.array(z.strictObject({ name, fingerprint: name, since: instant } satisfies Shape<SecretAge>)),
  within,
  notify: z.array(name),
} satisfies Shape<SecretAges>)
