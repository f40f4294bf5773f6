import { z } from 'zod'
import { message } from './message.ts'

const units: Record<string, number> = { s: 1, m: 60, h: 3600 }

/** A duration as `60s`, `5m` or `1h`, within bounds that are written the same way; its output is in seconds. */
export function duration(least: string, most: string) {
  const bounds = message(`this must be between ${least} and ${most}`, `Write a duration from ${least} to ${most}`)
  const form = message('this is not a duration', 'Write a number with its unit: `60s`, `5m` or `1h`')
  return z
    .string({ error: ({ input }) => (input === undefined ? undefined : form) })
    .regex(/^[0-9]{1,6}[smh]$/, { error: form, abort: true })
    .refine((text) => seconds(text) >= seconds(least) && seconds(text) <= seconds(most), { error: bounds })
    .transform(seconds)
}

const seconds = (text: string): number => Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0)
