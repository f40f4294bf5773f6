import { z } from 'zod'
import type { Approval, Lock } from '../../../domain/gate.ts'
import { count, instant, name, type Shape, sha, text } from './shape.ts'

export const storedLock: z.ZodType<Lock> = z.strictObject({
  id: name,
  repository: name,
  environment: name.exactOptional(),
  person: text,
  reason: text,
  pullRequest: count.exactOptional(),
  since: instant,
  until: instant.exactOptional(),
} satisfies Shape<Lock>)

export const storedVerdict: z.ZodType<Approval> = z.strictObject({
  deployment: name,
  person: name,
  verdict: z.enum(['approve', 'reject', 'cancel']),
  revision: sha.exactOptional(),
  content: text,
  reason: text.exactOptional(),
  at: instant,
} satisfies Shape<Approval>)
