import { z } from 'zod'
import type { Problem } from '../../../domain/problem.ts'
import { count, type Shape } from './shape.ts'

export const storedProblem: z.ZodType<Problem> = z.strictObject({
  file: z.string(),
  line: count.exactOptional(),
  column: count.exactOptional(),
  path: z.string().exactOptional(),
  what: z.string(),
  remedy: z.string(),
} satisfies Shape<Problem>)
