import { z } from 'zod'

/** What visitors of a web site do, one after the other and then again from the beginning; each line is one visit. */
export const round = [
  ...Array.from({ length: 7 }, () => ({ method: 'GET', connection: 'kept', slow: false }) as const),
  ...Array.from({ length: 5 }, () => ({ method: 'GET', connection: 'new', slow: false }) as const),
  ...Array.from({ length: 3 }, () => ({ method: 'POST', connection: 'kept', slow: false }) as const),
  ...Array.from({ length: 3 }, () => ({ method: 'POST', connection: 'new', slow: false }) as const),
  { method: 'GET', connection: 'kept', slow: true },
  { method: 'POST', connection: 'new', slow: true },
] as const

export type Visit = (typeof round)[number]

/** What the visitors are given, as the words of their process. */
export const errand = z.object({
  /** The site, without a path. */
  url: z.string(),
  perSecond: z.number().positive(),
  /** How long a slow request takes. */
  slowSeconds: z.number(),
})
export type Errand = z.infer<typeof errand>

/** A request without the answer it should have had. */
const drop = z.object({
  /** Seconds since the visitors came. */
  at: z.number(),
  /** `POST kept slow` */
  visit: z.string(),
  /** `502`, `ECONNRESET`, `no answer` */
  what: z.string(),
})

export const tally = z.object({
  sent: z.int(),
  dropped: z.array(drop),
  /** The longest time in which nobody got a good answer, slow requests aside. */
  longestGapMs: z.number(),
  /** The longest that a quick request waited for its good answer. */
  slowestMs: z.number(),
  /** How many answers came from each version. */
  versions: z.record(z.string(), z.int()),
})
export type Tally = z.infer<typeof tally>
