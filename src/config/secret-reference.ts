import { z } from 'zod'
import { duration } from './duration.ts'
import { message } from './message.ts'

const mistaken = message(
  'a secret is not written here, only where it comes from',
  'Write `{env: NAME}`, `{file: /path}` or `{command: [program, argument]}`; if this was a real secret, replace it',
)
const notVariable = message('this is not the name of an environment variable', 'Use letters, digits and `_`, such as `REGISTRY_PASSWORD`')

/**
 * Where a secret comes from. Every message about one is worded here and never repeats what was written: the likeliest
 * mistake is the secret itself.
 */
export const secretReference = z.union(
  [
    z.strictObject({
      env: z
        .string({ error: mistaken })
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, { error: notVariable })
        .meta({ description: "Variable of Landfall's own environment." }),
    }),
    z.strictObject({
      file: z
        .string({ error: mistaken })
        .regex(/^\/[ -\uffff]{1,499}$/, { error: message('this is not an absolute path', 'Write the path from `/` on') })
        .meta({ description: 'File that holds the secret.' }),
    }),
    z.strictObject({
      command: z
        .array(z.string({ error: mistaken }).min(1, { error: message('there is an empty word', 'Remove it') }), { error: mistaken })
        .min(1, { error: message('there is no command', 'Write the program and its arguments as a list') })
        .meta({ description: 'Program and arguments that print the secret; run without a shell.' }),
      lasts: duration('1s', '24h')
        .optional()
        .meta({ description: 'How long what it printed is used before it is run again. Default: not at all.' }),
    }),
  ],
  { error: ({ input }) => (input === undefined ? undefined : mistaken) },
)
