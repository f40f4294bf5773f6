import { z } from 'zod'
import type { Command, RollbackTo } from '../../../domain/command.ts'
import type { CommandIntent, CommentRef, Intent, IntentOutcome, Mistake, OperatorIntent, PushIntent } from '../../../domain/intent.ts'
import { storedProblem } from './problem.ts'
import { storedReason } from './reason.ts'
import { storedRepository } from './repository.ts'
import { count, instant, name, type Shape, sha, text } from './shape.ts'

export const storedComment: z.ZodType<CommentRef> = z.strictObject({ id: count, issue: count } satisfies Shape<CommentRef>)

export const storedComments = z.array(storedComment)

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

const maybeNamed = { environment: text.exactOptional() }
const shaStart = z.string().regex(/^[0-9a-f]{7,40}$/, 'not the beginning of a commit id')

const rollbackTo: z.ZodType<RollbackTo> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('commit'), revision: shaStart }),
  z.strictObject({ kind: z.literal('pull-request'), number: count }),
  z.strictObject({ kind: z.literal('generation'), generation: count }),
  z.strictObject({ kind: z.literal('tag'), name }),
])

export const storedCommand: z.ZodType<Command | Mistake> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['promote', 'approve', 'status', 'retry', 'cancel']), ...maybeNamed }),
  // An environment was kept with it once, and meant nothing.
  z.object({ kind: z.literal('plan') }),
  z.strictObject({
    kind: z.literal('deploy'),
    ...maybeNamed,
    revision: shaStart.exactOptional(),
    tag: name.exactOptional(),
    again: z.literal(true).exactOptional(),
    overContract: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('rollback'),
    ...maybeNamed,
    to: rollbackTo.exactOptional(),
    overContract: z.literal(true).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('reject'), text }),
  z.strictObject({
    kind: z.literal('lock'),
    text,
    everywhere: z.literal(true).exactOptional(),
    seconds: z.number().positive().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('unlock'), ...maybeNamed, everywhere: z.literal(true).exactOptional() }),
  z.strictObject({ kind: z.literal('run'), ...maybeNamed, task: text }),
  z.strictObject({ kind: z.literal('help') }),
  z.strictObject({ kind: z.literal('mistake'), reason: storedReason } satisfies Shape<Mistake>),
])

const command = z.strictObject({
  ...common,
  kind: z.literal('command'),
  command: storedCommand,
  comment: storedComment.exactOptional(),
  saidAt: instant.exactOptional(),
  deployment: name.exactOptional(),
  shown: name.exactOptional(),
} satisfies Shape<CommandIntent>)

const operator = z.strictObject({
  ...common,
  kind: z.literal('operator'),
  command: z.strictObject({
    kind: z.literal('rollback'),
    environment: text,
    to: rollbackTo.exactOptional(),
    overContract: z.literal(true).exactOptional(),
  }),
} satisfies Shape<OperatorIntent>)

export const storedIntent: z.ZodType<Intent> = z.discriminatedUnion('kind', [push, command, operator])

export const storedOutcome: z.ZodType<IntentOutcome> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deployments'), ids: z.array(name), problems: z.array(storedProblem).exactOptional() }),
  z.strictObject({ kind: z.literal('task'), id: name }),
  z.strictObject({ kind: z.literal('nothing-to-do'), why: z.string() }),
  z.strictObject({ kind: z.literal('refused'), problems: z.array(storedProblem) }),
  z.strictObject({ kind: z.literal('command-refused'), reason: storedReason }),
  z.strictObject({ kind: z.literal('answered'), body: text, about: name.exactOptional() }),
])
