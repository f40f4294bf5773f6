import { z } from 'zod'

/**
 * How a simulated host behaves. `answers`: it greets, and answers each order, so many milliseconds after it was spoken to. `mute`: it
 * takes connections and never says a word, like a machine that hangs. `freezes`: it lets people log in, and from their first order on
 * nothing comes from it any more.
 */
export const manner = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answers'), afterMs: z.number().nonnegative() }),
  z.object({ kind: z.literal('mute') }),
  z.object({ kind: z.literal('freezes') }),
])
export type Manner = z.infer<typeof manner>

/** What the process of the simulated hosts is given, as a file. */
export const simulation = z.object({
  hosts: z.array(z.object({ address: z.string(), hostKey: z.string(), manner })),
  /** By verb, the output of an order that goes well; any other ends with exit code 2. */
  answers: z.record(z.string(), z.string()),
})
export type Simulation = z.infer<typeof simulation>

/** What it says once all of them listen: their ports, in the same order. */
export const listening = z.object({ ports: z.array(z.int()) })
