import { z } from 'zod'

const telling = z.union([
  z.object({ kind: z.enum(['push', 'merged']), branch: z.string(), index: z.number() }),
  z.object({ kind: z.enum(['tag', 'branch deleted', 'pull request opened', 'pull request closed', 'talk']) }),
  z.object({ kind: z.literal('command'), comment: z.number() }),
])

/** What the sender is given, as a file. */
export const job = z.object({
  /** Where webhooks go. */
  url: z.string(),
  secret: z.string(),
  perSecond: z.number().positive(),
  /** Connections at most. */
  connections: z.int().positive(),
  told: z.array(z.object({ guid: z.string(), repository: z.string() }).and(telling)),
  /** By repository. */
  origins: z.record(
    z.string(),
    z.object({
      installation: z.number(),
      commits: z.record(z.string(), z.array(z.string())),
      comments: z.record(z.string(), z.number()),
    }),
  ),
  /** The file to write what became of each to, in the order of `told`. */
  answers: z.string(),
})

export type Job = z.infer<typeof job>

/** How each webhook was answered, in the order of `told`: the status, 0 where there was none, and milliseconds from when it was due. */
export const answers = z.array(z.tuple([z.int().nonnegative(), z.number()]))
export type Answers = z.infer<typeof answers>

/** What the sender says when all is answered. */
export const sent = z.object({ seconds: z.number(), connections: z.number() })
