import { z } from 'zod'
import { type Reason, reasonCodes } from '../../../domain/reason.ts'
import type { Shape } from './shape.ts'

export const storedReason: z.ZodType<Reason> = z.strictObject({
  code: z.enum(reasonCodes),
  evidence: z.record(z.string(), z.string()),
} satisfies Shape<Reason>)

export const storedReasons = z.array(storedReason)
