import { z } from 'zod'
import type { Outlook, PlannedOutlook, PullPlan, VariableChange } from '../../../domain/pull-plan.ts'
import { storedDraft } from './plan.ts'
import { storedReason, storedReasons } from './reason.ts'
import { storedRepository } from './repository.ts'
import { count, instant, name, type Shape, sha } from './shape.ts'

const variable: z.ZodType<VariableChange> = z.strictObject({ name: z.string(), change: z.enum(['added', 'changed', 'removed']) })

const outlook: z.ZodType<Outlook> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nothing'), environment: name, why: z.string() }),
  z.strictObject({ kind: z.literal('refused'), environment: name, reason: storedReason }),
  z.strictObject({
    kind: z.literal('planned'),
    environment: name,
    draft: storedDraft,
    unbuilt: z.array(z.string()),
    before: z.strictObject({ revision: sha, compose: z.string() }).exactOptional(),
    adopts: z.literal(true).exactOptional(),
    closed: storedReasons,
    variables: z.array(variable).exactOptional(),
    broughtBack: storedReasons.exactOptional(),
  } satisfies Shape<PlannedOutlook>),
])

export const storedPullPlan: z.ZodType<PullPlan> = z.strictObject({
  repository: storedRepository,
  number: count,
  head: sha,
  base: name,
  merged: sha.exactOptional(),
  fork: z.boolean(),
  at: instant,
  asked: z.boolean().exactOptional(),
  environments: z.array(outlook),
} satisfies Shape<PullPlan>)
