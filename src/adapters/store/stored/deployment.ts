import { z } from 'zod'
import { type Deployment, type Fetched, type SoakBehind, states, type TakenBack, type TimelineEntry } from '../../../domain/deployment.ts'
import { storedComment, storedComments } from './intent.ts'
import { storedPlan, storedProgress, storedProposal } from './plan.ts'
import { storedReason, storedReasons } from './reason.ts'
import { storedRepository } from './repository.ts'
import { count, instant, name, type Shape, sha, text } from './shape.ts'

const storedSoak: z.ZodType<SoakBehind> = z.discriminatedUnion('state', [
  z.strictObject({ state: z.enum(['under-way', 'well']) }),
  z.strictObject({ state: z.literal('unwell'), reason: storedReason }),
  z.strictObject({ state: z.literal('cut-short'), reason: storedReason.exactOptional() }),
])

export const storedNames: z.ZodType<string[]> = z.array(name)

export const storedTakenBack: z.ZodType<TakenBack> = z.strictObject({
  deployment: name,
  revision: sha,
  baked: z.literal(true).exactOptional(),
} satisfies Shape<TakenBack>)

export const storedFetched: z.ZodType<Fetched> = z.strictObject({
  content: name,
  there: z.array(name),
  failed: z.array(name),
} satisfies Shape<Fetched>)

export const storedDeployment: z.ZodType<Deployment> = z.strictObject({
  id: name,
  intent: name,
  kind: z.enum(['deploy', 'rollback']),
  repository: storedRepository,
  project: name,
  environment: name,
  revision: sha.exactOptional(),
  subject: text.exactOptional(),
  author: text.exactOptional(),
  branch: text.exactOptional(),
  tag: text.exactOptional(),
  actor: text,
  pullRequest: count.exactOptional(),
  comment: storedComment.exactOptional(),
  toldIn: storedComments.exactOptional(),
  asked: z.enum(['person', 'deliberate']).exactOptional(),
  retried: z.literal(true).exactOptional(),
  over: storedTakenBack.exactOptional(),
  state: z.enum(states),
  reason: storedReason.exactOptional(),
  closed: storedReasons.exactOptional(),
  proposal: storedProposal.exactOptional(),
  fetched: storedFetched.exactOptional(),
  plan: storedPlan.exactOptional(),
  rollout: storedProgress.exactOptional(),
  awaits: storedNames.exactOptional(),
  soak: storedSoak.exactOptional(),
  createdAt: instant,
  startedAt: instant.exactOptional(),
  finishedAt: instant.exactOptional(),
} satisfies Shape<Deployment>)

export const storedEntry: z.ZodType<TimelineEntry> = z.strictObject({
  at: instant,
  step: name,
  host: text.exactOptional(),
  text: z.string(),
} satisfies Shape<TimelineEntry>)
