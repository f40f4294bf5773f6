import { z } from 'zod'
import { type Deployment, states, type TimelineEntry } from '../../../domain/deployment.ts'
import { storedComment } from './intent.ts'
import { storedPlan, storedProposal } from './plan.ts'
import { storedReason, storedReasons } from './reason.ts'
import { storedRepository } from './repository.ts'
import { count, instant, name, type Shape, sha, text } from './shape.ts'

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
  actor: text,
  pullRequest: count.exactOptional(),
  comment: storedComment.exactOptional(),
  asked: z.enum(['person', 'deliberate']).exactOptional(),
  state: z.enum(states),
  reason: storedReason.exactOptional(),
  closed: storedReasons.exactOptional(),
  proposal: storedProposal.exactOptional(),
  plan: storedPlan.exactOptional(),
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
