import { z } from 'zod'
import type { ApprovalRule, CheckRule, GateRules, Lock, PassedGate, Verdict, WeekMoment, WindowRule } from '../../../domain/gate.ts'
import { roles } from '../../../domain/role.ts'
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

export const storedTeams = z.array(name)

export const storedVerdict: z.ZodType<Verdict> = z.strictObject({
  deployment: name,
  person: name,
  role: z.enum(roles),
  teams: storedTeams,
  verdict: z.enum(['approve', 'reject', 'cancel']),
  revision: sha.exactOptional(),
  content: text,
  reason: text.exactOptional(),
  at: instant,
} satisfies Shape<Verdict>)

const checks: z.ZodType<CheckRule> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['none', 'all']) }),
  z.strictObject({ kind: z.literal('named'), names: z.array(z.string()) }),
])

const approve = z.strictObject({ by: z.array(z.string()), count, notAuthor: z.boolean() } satisfies Shape<ApprovalRule>)

const moment = z.strictObject({ day: count, minute: count } satisfies Shape<WeekMoment>)

const window = z.strictObject({
  kind: z.enum(['allow', 'deny']),
  from: moment,
  to: moment,
  zone: name,
  text: z.string(),
} satisfies Shape<WindowRule>)

export const storedGates: z.ZodType<GateRules> = z.strictObject({
  checks,
  after: name.exactOptional(),
  approve: approve.exactOptional(),
  windows: z.array(window),
} satisfies Shape<GateRules>)

export const storedPassedGate: z.ZodType<PassedGate> = z.strictObject({
  gate: name,
  evidence: z.record(z.string(), z.string()),
} satisfies Shape<PassedGate>)
