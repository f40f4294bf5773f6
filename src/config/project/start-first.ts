import { z } from 'zod'
import type { StartFirstRule } from '../../domain/rollout.ts'
import { duration } from '../duration.ts'
import { message } from '../message.ts'
import { serviceName } from './names.ts'

/** Enough for proxies that ask for their servers every few seconds. */
const usualDrain = 10
const usualHookWithin = 30

const noWord = message(
  'this is no word of a command',
  'Write the program and its arguments, each as text on one line, such as `[bin/drain]`',
)
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const word = z.string({ error: noWord }).regex(/^[^\u0000-\u001f\u007f]{1,1000}$/, { error: noWord })

const leaving = z.strictObject({
  drain: duration('0s', '10m').optional().meta({
    description: 'Time before the old containers get their stop signal, in which the proxy learns of the new ones. Default 10s.',
  }),
  hook: z
    .array(word)
    .min(1, { error: noWord })
    .max(50, { error: message('this has more than 50 words', 'Put them into a script of the image') })
    .optional()
    .meta({ description: 'Run in each old container before that, word by word and without a shell, such as `[bin/drain]`.' }),
  within: duration('1s', '5m').optional().meta({ description: 'With `hook`: how long it may take. Default 30s.' }),
})

/** Services whose new containers are started beside the old ones: their names, or each with how its old containers leave. */
export const startFirst = z.union([z.array(serviceName), z.record(serviceName, leaving)], {
  error: ({ input }) =>
    input === undefined || (typeof input === 'object' && input !== null)
      ? undefined
      : message('this does not say which services start first', 'Write their names, such as `[web]`, or `{ web: { drain: 10s } }`'),
})

export type StartFirstShape = z.output<typeof startFirst>

/** By the name of the service; undefined where there are none. */
export function startFirstRules(written: StartFirstShape | undefined): Record<string, StartFirstRule> | undefined {
  const named: [string, z.output<typeof leaving>][] = Array.isArray(written)
    ? written.map((name) => [name, {}])
    : Object.entries(written ?? {})
  if (named.length === 0) return undefined
  return Object.fromEntries(
    named.map(([name, { drain = usualDrain, hook, within = usualHookWithin }]) => [
      name,
      { drain, ...(hook && { hook: { run: hook, within } }) },
    ]),
  )
}
