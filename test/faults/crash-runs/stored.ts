import { z } from 'zod'

/** Landfall's own records as they are read past Landfall, and what hosts keep and tell. */

/** What a database service tells of itself: who it is, and how many rows were put into it. */
export type Data = z.infer<typeof data>
export const data = z.object({ born: z.string(), rows: z.number() })

export type StoredIntent = z.infer<typeof intent>
const outcome = z.object({ kind: z.string(), ids: z.array(z.string()).default([]), why: z.string().default('') })
export const intent = z.object({
  id: z.string(),
  kind: z.enum(['push', 'command']),
  after: z.string().nullable(),
  comment: jsonOf(z.object({ id: z.number(), issue: z.number() })).nullable(),
  outcome: jsonOf(outcome).nullable(),
})

export type StoredDeployment = z.infer<typeof deployment>
const plan = z.object({
  revision: z.string(),
  secrets: z.object({ revision: z.string() }).optional(),
  images: z.array(z.object({ digest: z.string(), repository: z.string(), revision: z.string().optional() })),
  services: z.array(z.object({ name: z.string(), image: z.string(), change: z.string(), because: z.array(z.string()) })),
  waves: z.array(z.object({ hosts: z.array(z.string()), approve: z.unknown().optional() })),
  hosts: z.array(z.object({ name: z.string(), previous: z.object({ generation: z.number(), revision: z.string() }).optional() })),
})
export const deployment = z.object({
  id: z.string(),
  intent: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  environment: z.enum(['production', 'staging']),
  revision: z.string().nullable(),
  actor: z.string(),
  /** Null: it was a push. */
  asked: z.enum(['person', 'deliberate']).nullable(),
  state: z.string(),
  reason: z.string().nullable(),
  plan: jsonOf(plan).nullable(),
  /** What a rollback takes back that was on its way when it was asked for. */
  taken_back: jsonOf(z.object({ revision: z.string() })).nullable(),
  generation: z.coerce.number().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  /** Fingerprint of what it brought, where it was planned: that for which people's approvals hold. */
  content: z.string().nullable(),
})

/** In the words of what is violated. */
export const nameOf = ({ id, kind, environment, revision, state }: StoredDeployment): string =>
  `${kind} ${revision?.slice(0, 7)} to ${environment} (${id}, ${state})`

/** Commits that a rollback takes away: what was on its way, and else what its hosts ran. */
export function takenAwayBy({ taken_back: over, plan: planned, revision }: StoredDeployment): string[] {
  const before = over ? [over.revision] : (planned?.hosts.flatMap(({ previous }) => previous?.revision ?? []) ?? [])
  return before.filter((one) => one !== revision)
}

export type StoredVerdict = z.infer<typeof verdict>
export const verdict = z.object({
  deployment: z.string(),
  person: z.string(),
  verdict: z.enum(['approve', 'reject', 'cancel']),
  revision: z.string().nullable(),
  content: z.string(),
  at: z.string(),
})

export type StoredReceipt = z.infer<typeof receipt>
export const receipt = z.object({
  deployment: z.string(),
  generation: z.number(),
  revision: z.string(),
  hosts: z.array(
    z.object({
      services: z.array(z.object({ service: z.string(), planned: z.string(), running: z.string(), answered: z.string().optional() })),
    }),
  ),
})

/** Text that holds JSON of a shape. */
export function jsonOf<T extends z.ZodType>(shape: T) {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(shape)
}
