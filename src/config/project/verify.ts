import { z } from 'zod'
import type { AnswerPart } from '../../domain/configuration.ts'
import { duration } from '../duration.ts'
import { message, text } from '../message.ts'
import { serviceName } from './names.ts'

const probePath = text(
  /^\/[!-"$-~]{0,499}$/,
  'this is not a path on the service',
  'Write the path only, beginning with `/`, such as `/health`; it is asked of the container itself',
)

/** `/health#/version`: a path and a JSON pointer (RFC 6901) into its answer; its output has them apart. */
const pointed = (what: string, remedy: string) =>
  text(/^\/[!-"$-~]{0,499}(#(\/([!-"$-.0-}]|~[01])*)+)?$/, what, remedy).transform((probe): AnswerPart => {
    const [path = '', pointer] = probe.split('#')
    return pointer === undefined ? { path } : { path, pointer }
  })

const versionProbe = pointed(
  'this does not say where the version is',
  'Write a path, and after `#` where in its JSON the version is, such as `/health#/version`',
)

const dependenciesProbe = pointed(
  'this does not say where the dependencies are',
  'Write a path, and after `#` where in its JSON they are by name, such as `/health#/components`',
)

const command = z
  .array(text(/^[^\p{Cc}]{1,500}$/u, 'this is not a word of a command', 'Write 1 to 500 characters, without line breaks'), {
    error: ({ input }) =>
      typeof input === 'string'
        ? message('this is not a list of words', 'Write each word apart, such as `[bin/healthy, --quick]`')
        : undefined,
  })
  .min(1, { error: message('this command has no words', 'Write at least one, such as `[bin/healthy]`') })
  .max(20, { error: message('this command has more than 20 words', 'Put it into a script in the image') })

const within = (from: string) =>
  duration('1s', '1h')
    .optional()
    .meta({ description: `Longest time from ${from}. Default 60s.` })

const tooMany = { error: message('there are more than 20 smoke tests', 'Keep the paths that matter most') }

/** How services are proved; all of it optional, because an environment adds to the defaults key by key. */
export const verifyRules = z.record(
  serviceName,
  z.strictObject({
    port: z
      .int()
      .refine((port) => port >= 1 && port <= 65535, { error: message('this is not a port', 'Write a number from 1 to 65535') })
      .optional()
      .meta({ description: 'Port inside the container that is asked.', minimum: 1, maximum: 65535 }),
    health: probePath.optional().meta({ description: 'Path that answers 2xx when the service is healthy.' }),
    version: versionProbe.optional().meta({
      description: 'Where the service tells its version: a path and, after `#`, a JSON pointer into the answer. It must be the commit.',
    }),
    dependencies: dependenciesProbe.optional().meta({
      description:
        'Where the service tells what it depends on, by name: a path and, after `#`, a JSON pointer. Each must be up. Without `#` the usual places are looked at.',
    }),
    smoke: z.array(probePath).max(20, tooMany).optional().meta({
      description: 'Further paths that must answer 2xx once the service is healthy.',
    }),
    command: command.optional().meta({
      description: 'Run in each container, word by word and without a shell; exit code 0 is healthy. Each run may take 5 seconds.',
    }),
    within: within('the switch to healthy'),
    soak: duration('0s', '1h').optional().meta({ description: 'How long it must then stay healthy without a restart. Default 10s.' }),
  }),
)

/** How an environment is proved at its own address. */
export const verifyUrl = z
  .strictObject({
    health: probePath.optional().meta({ description: 'Path that answers 2xx.' }),
    version: versionProbe.optional().meta({
      description: 'Where a version is told: a path and, after `#`, a JSON pointer. It must be the commit of one of the services.',
    }),
    smoke: z.array(probePath).max(20, tooMany).optional().meta({ description: 'Further paths that must answer 2xx.' }),
    within: within('the moment all hosts are proved'),
  })
  .refine(({ health, version, smoke = [] }) => health !== undefined || version !== undefined || smoke.length > 0, {
    error: message('nothing is asked', 'Write `health`, `version` or `smoke`'),
  })

export type VerifyShape = z.output<typeof verifyRules>
