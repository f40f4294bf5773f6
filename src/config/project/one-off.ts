import { z } from 'zod'
import type { OneOff, StepRule } from '../../domain/one-off.ts'
import { duration } from '../duration.ts'
import { message } from '../message.ts'
import { named } from '../named.ts'
import { command } from './command.ts'
import { serviceName, taskName } from './names.ts'
import { pathPatterns } from './path-pattern.ts'

/** Long enough for most migrations, short enough that nobody waits all night for one that hangs. */
const usualWithin = 10 * 60

const keys = {
  service: serviceName.meta({ description: 'Service whose image, environment and networks the container has.' }),
  run: command.meta({ description: 'What it runs, word by word and without a shell, such as `[bin/migrate]`.' }),
  within: duration('1s', '1h').optional().meta({ description: 'How long it may take. Default 10m.' }),
}

/** Steps before hosts change, in their order. */
export const before = z
  .array(
    z.strictObject({
      ...keys,
      contract: pathPatterns.optional().meta({
        description: 'Files that take something away from older releases, as patterns: a release that changes them is not gone back over.',
      }),
    }),
  )
  .max(10, { error: message('there are more than 10 steps', 'Put them into a script in the image') })

export type BeforeShape = z.output<typeof before>

/** What an environment runs before its hosts change; absent where that is nothing. */
export const stepRules = (written: BeforeShape = []): { before?: StepRule[] } =>
  written.length === 0 ? {} : { before: written.map(({ contract, ...step }) => ({ ...oneOff(step), ...(contract && { contract }) })) }

/** What `/run` runs, by name. */
export const tasks = z.record(taskName, z.strictObject(keys))

export const taskRules = (written: z.output<typeof tasks> = {}): { tasks?: Record<string, OneOff> } =>
  Object.keys(written).length === 0 ? {} : { tasks: named(written, (task) => oneOff(task)) }

const oneOff = ({ service, run, within = usualWithin }: Omit<BeforeShape[number], 'contract'>): OneOff => ({ service, run, within })
