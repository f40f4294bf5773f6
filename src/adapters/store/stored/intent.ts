import { z } from 'zod'
import type { CommentRef, Intent, IntentOutcome, PushIntent, RollbackIntent } from '../../../domain/intent.ts'
import type { Problem } from '../../../domain/problem.ts'
import { storedReason } from './reason.ts'
import { storedRepository } from './repository.ts'
import { count, instant, name, type Shape, sha, text } from './shape.ts'

export const storedComment: z.ZodType<CommentRef> = z.strictObject({ id: count, issue: count } satisfies Shape<CommentRef>)

const common = { id: name, key: name, repository: storedRepository, actor: text, delivery: name, receivedAt: instant }

const push = z.strictObject({
  ...common,
  kind: z.literal('push'),
  ref: name,
  before: sha.exactOptional(),
  after: sha,
  forced: z.literal(true).exactOptional(),
  found: z.literal(true).exactOptional(),
} satisfies Shape<PushIntent>)

const rollback = z.strictObject({
  ...common,
  kind: z.literal('rollback'),
  environment: text.exactOptional(),
  comment: storedComment,
} satisfies Shape<RollbackIntent>)

export const storedIntent: z.ZodType<Intent> = z.discriminatedUnion('kind', [push, rollback])

const problem = z.strictObject({
  file: z.string(),
  line: count.exactOptional(),
  column: count.exactOptional(),
  path: z.string().exactOptional(),
  what: z.string(),
  remedy: z.string(),
} satisfies Shape<Problem>)

export const storedOutcome: z.ZodType<IntentOutcome> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deployments'), ids: z.array(name) }),
  z.strictObject({ kind: z.literal('nothing-to-do'), why: z.string() }),
  z.strictObject({ kind: z.literal('refused'), problems: z.array(problem) }),
  z.strictObject({ kind: z.literal('command-refused'), reason: storedReason }),
])
