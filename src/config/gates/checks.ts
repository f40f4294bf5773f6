import { z } from 'zod'
import type { CheckRule } from '../../domain/gate.ts'
import { message } from '../message.ts'

const checkName = z.string().refine((name) => /^\P{Cc}{1,200}$/u.test(name), {
  error: message('this is not the name of a check', 'Write the name as GitHub shows it beside the commit'),
})

/** Which checks of the commit must be green. */
export const checks = z.union(
  [
    z.enum(['all', 'none']),
    z.array(checkName).min(1, { error: message('there are no checks', 'Name at least one, or write `none` where none is asked for') }),
  ],
  {
    error: ({ input }) =>
      input === undefined
        ? undefined
        : message('this does not say which checks', 'Write `all`, `none`, or a list of names, such as `[build, test]`'),
  },
)

export function checkRule(written: z.output<typeof checks>): CheckRule {
  return typeof written === 'string' ? { kind: written } : { kind: 'named', names: written }
}
