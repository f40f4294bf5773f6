import { z } from 'zod'
import { type Reason, reasonCodes } from '../../../domain/reason.ts'
import { storedProblem } from './problem.ts'
import type { Shape } from './shape.ts'

export const storedReason: z.ZodType<Reason> = z.strictObject({
  code: z.enum(reasonCodes),
  evidence: z.record(z.string(), z.string()),
  problems: z.array(storedProblem).exactOptional(),
} satisfies Shape<Reason>)

export const storedReasons = z.array(storedReason)
