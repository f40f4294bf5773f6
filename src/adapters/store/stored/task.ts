import { z } from 'zod'
import type { TaskEnd, TaskPlace, TaskRun } from '../../../domain/one-off.ts'
import { storedComment } from './intent.ts'
import { storedReason } from './reason.ts'
import { storedRepository } from './repository.ts'
import { instant, name, type Shape, text } from './shape.ts'

const end: z.ZodType<TaskEnd> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ended'), at: instant, code: z.int().exactOptional(), seconds: z.number(), text: z.string() }),
  z.strictObject({ kind: z.literal('failed'), at: instant, reason: storedReason }),
])

export const storedTask: z.ZodType<TaskRun> = z.strictObject({
  id: name,
  intent: name,
  repository: storedRepository,
  project: name,
  environment: name,
  task: name,
  service: name,
  run: z.array(z.string()),
  within: z.number().positive(),
  actor: text,
  comment: storedComment.exactOptional(),
  createdAt: instant,
  at: z.strictObject({ host: name, of: z.int().positive() } satisfies Shape<TaskPlace>).exactOptional(),
  end: end.exactOptional(),
} satisfies Shape<TaskRun>)
