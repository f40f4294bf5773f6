import { z } from 'zod'
import type { WindowRule } from '../../domain/gate.ts'
import { message } from '../message.ts'
import { readWeekSpans } from './week-span.ts'

const span = z.string().transform((text, context) => {
  const spans = readWeekSpans(text)
  const wrong =
    spans === undefined
      ? message(
          'this is not a part of the week',
          'Write it like `Fri 16:00 - Mon 06:00`, or `Mon-Fri 08:00 - 17:00` for each of these days',
        )
      : spans.some(({ from, to }) => from.day === to.day && from.minute === to.minute)
        ? message('this ends when it begins', 'Write two different times; a whole day ends at `24:00`')
        : undefined
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  return { text, spans: spans ?? [] }
})

const zone = z.string().refine(isZone, {
  error: message('this time zone is not known', 'Write its name in the IANA database, such as `Europe/Berlin`'),
})

const window = z
  .strictObject({
    deny: span.optional().meta({ description: 'Nothing is deployed in it: `Fri 16:00 - Mon 06:00`. Beats `allow`.' }),
    allow: span.optional().meta({ description: 'With any `allow`, deployments go in these only: `Mon-Fri 08:00 - 17:00`.' }),
    zone: zone.default('UTC').meta({ description: 'Whose clock is meant, as `Europe/Berlin`.' }),
  })
  .refine(({ allow, deny }) => (allow === undefined) !== (deny === undefined), {
    error: message('a window either allows or denies', 'Write either `allow` or `deny`; another window is another item of the list'),
  })
  .meta({ oneOf: [{ required: ['deny'] }, { required: ['allow'] }] })

/** When deployments go. Bounded, because each is compared with all others. */
export const windows = z
  .array(window)
  .max(50, { error: message('there are more than 50 windows', 'Use the short form for several days: `Mon-Fri 08:00 - 17:00`') })

export function windowRules(written: z.output<typeof windows>): WindowRule[] {
  return written.flatMap(({ allow, deny, zone }) => [
    ...(allow?.spans ?? []).map((span) => ({ kind: 'allow' as const, ...span, zone, text: allow?.text ?? '' })),
    ...(deny?.spans ?? []).map((span) => ({ kind: 'deny' as const, ...span, zone, text: deny?.text ?? '' })),
  ])
}

/** A name, not an offset such as `+01:00`: that would be wrong for half of the year. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_/+-]{0,49}$/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
