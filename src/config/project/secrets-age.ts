import { z } from 'zod'
import { message } from '../message.ts'

const form = message('this is neither a number of days nor `none`', 'Write `90d`, at most `999d`, or `none` to be reminded of nothing')

/** How old a secret's value may become: `90d`, in seconds; `none` for as old as it likes. */
export const secretsAge = z
  .string({ error: ({ input }) => (input === undefined ? undefined : form) })
  .regex(/^([1-9][0-9]{0,2}d|none)$/, { error: form })
  .transform((text): number | 'none' => (text === 'none' ? text : Number(text.slice(0, -1)) * 86_400))
  .meta({
    description: 'How old a secret may become before people are reminded in chat to give it another value: days, or `none`. Default 90d.',
  })

/** Ninety days where nothing is said. */
export const secretsAgeRule = (written: number | 'none' = 90 * 86_400): { secretsAge?: number } =>
  written === 'none' ? {} : { secretsAge: written }
