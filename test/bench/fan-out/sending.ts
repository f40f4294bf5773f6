import { z } from 'zod'
import type { HostRule } from '../../../src/domain/configuration.ts'

/** What the sending process is given, as a file. */
export const fleet = z.object({
  hosts: z.array(z.object({ name: z.string(), address: z.string(), port: z.int(), user: z.string(), hostKey: z.string() })),
  /** The private key that logs in. */
  login: z.string(),
})
export type Fleet = z.infer<typeof fleet> & { hosts: HostRule[] }

/**
 * What it is told to send. Hosts keep step: one order is done everywhere before any host is given the next. Otherwise each goes on at its
 * own pace. Standard input is in base64.
 */
export const sending = z.object({
  orders: z.array(z.object({ verb: z.string(), args: z.array(z.string()), stdin: z.base64(), stalls: z.number(), limit: z.number() })),
  inStep: z.boolean(),
  /** Whether all connections are closed before. */
  cold: z.boolean(),
  /** Names; all where absent. */
  only: z.array(z.string()).optional(),
})
export type Sending = z.infer<typeof sending>

/** What it says when all is answered: seconds in all, and of each host when it was done or given up, and what was wrong, if anything. */
export const sent = z.object({
  seconds: z.number(),
  hosts: z.array(z.object({ name: z.string(), seconds: z.number(), trouble: z.string().optional() })),
})
export type Sent = z.infer<typeof sent>
