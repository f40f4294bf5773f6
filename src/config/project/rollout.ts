import { z } from 'zod'
import { allAtOnce, type BatchSize, type RolloutRule } from '../../domain/rollout.ts'
import { duration } from '../duration.ts'
import { message } from '../message.ts'
import { startFirst, startFirstRules } from './start-first.ts'

const isMapping = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (count: number): boolean => count >= 1 && count <= 1000

const hosts = z.int().refine(isCount, { error: message('this must be between 1 and 1000', 'Write how many hosts') })

const noNumber = message('this is not a number of hosts', 'Write a number from 1 to 1000, or a part of them, such as `50%`')
const batch = z.union([z.int().refine(isCount, { error: noNumber }), z.string().regex(/^(100|[1-9][0-9]?)%$/, { error: noNumber })], {
  error: ({ input }) => (input === undefined ? undefined : noNumber),
})

const canary = z.union(
  [
    hosts.meta({ minimum: 1, maximum: 1000 }),
    z.strictObject({
      hosts: hosts.meta({ description: 'How many hosts go first.', minimum: 1, maximum: 1000 }),
      // biome-ignore lint/suspicious/noThenProperty: it is the word people write
      then: z
        .literal('approve', {
          error: ({ input }) =>
            input === undefined
              ? undefined
              : message('this is not known', 'Write `approve`, or nothing for the others to follow by themselves'),
        })
        .optional()
        .meta({ description: '`approve`: the others follow once somebody lets them.' }),
      within: duration('1m', '168h').optional().meta({
        description: 'With `then`: how long somebody may take; afterwards every host goes back. Default 24h.',
      }),
      soak: duration('0s', '12h').optional().meta({ description: 'How long they are watched before the others follow. Default: `pause`.' }),
    }),
  ],
  {
    error: ({ input }) =>
      input === undefined || Number.isInteger(input) || isMapping(input)
        ? undefined
        : message('this does not say which hosts go first', 'Write how many, or `{ hosts: 1, soak: 5m }`'),
  },
)

/** In which order hosts are switched. */
export const rollout = z.strictObject({
  strategy: z
    .enum(['all-at-once', 'rolling'], {
      error: ({ input }) =>
        input === undefined
          ? undefined
          : message('this is not a strategy', 'Write `all-at-once`, or `rolling` for one batch after another'),
    })
    .optional()
    .meta({
      description: '`all-at-once`, or `rolling`: one batch after another. Default `rolling` where `batch` is written, else `all-at-once`.',
    }),
  batch: batch.optional().meta({ description: 'How many hosts at a time, as a number or as `50%`. Default 1.' }),
  pause: duration('0s', '1h')
    .optional()
    .meta({ description: 'Time between two waves, in which the hosts that went so far are watched. Default 0s.' }),
  canary: canary.optional().meta({ description: 'How many hosts go first, alone.' }),
  'start-first': startFirst.optional().meta({
    description: 'Services whose new containers are started beside the old ones, which leave once the new ones are proved.',
  }),
  'on-failure': z
    .enum(['return', 'keep'], {
      error: ({ input }) =>
        input === undefined
          ? undefined
          : message('this is not known', 'Write `return`, or `keep` for hosts that are proved to keep the release when another fails'),
    })
    .optional()
    .meta({
      description: 'When a host fails: `return` takes every host back, `keep` only those that are not proved. Default `return`.',
    }),
  unreachable: z
    .enum(['fail', 'skip'], {
      error: ({ input }) =>
        input === undefined ? undefined : message('this is not known', 'Write `fail`, or `skip` for the others to go without it'),
    })
    .optional()
    .meta({
      description:
        'When a host does not answer before the start: `fail` begins nothing, `skip` goes on with the others and brings it up when it is back. Default `fail`.',
    }),
})

export type RolloutShape = z.output<typeof rollout>

/**
 * An environment's own takes the place of that of the defaults, as a whole: halves of two strategies would be a third one. How services
 * start is no part of the strategy, and stays where an environment says nothing of it.
 */
export function rolloutRule(own: RolloutShape | undefined, defaults: RolloutShape | undefined): RolloutRule {
  const beside = startFirstRules(own?.['start-first'] ?? defaults?.['start-first'])
  return { ...orderRule(own ?? defaults), ...(beside && { startFirst: beside }) }
}

function orderRule(written: RolloutShape | undefined): RolloutRule {
  if (written === undefined) return allAtOnce
  const { strategy, batch: size, pause = 0, canary: first, 'on-failure': onFailure, unreachable } = written
  const rolling = strategy === 'rolling' || size !== undefined
  return {
    pause,
    ...(rolling && { batch: batchSize(size ?? 1) }),
    ...(first !== undefined && { canary: typeof first === 'number' ? { hosts: first } : canaryRule(first) }),
    ...(onFailure === 'keep' && { onFailure }),
    ...(unreachable === 'skip' && { unreachable }),
  }
}

const batchSize = (written: number | string): BatchSize =>
  typeof written === 'number' ? { hosts: written } : { percent: Number.parseInt(written, 10) }

const canaryRule = ({
  hosts: count,
  soak,
  then,
  within = 24 * 3600,
}: Exclude<NonNullable<RolloutShape['canary']>, number>): NonNullable<RolloutRule['canary']> => ({
  hosts: count,
  ...(soak !== undefined && { soak }),
  ...(then !== undefined && { approve: { within } }),
})
