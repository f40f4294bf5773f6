import { z } from 'zod'
import type { ApprovalRule } from '../../domain/gate.ts'
import { message, text } from '../message.ts'

/** A login, also of an enterprise's managed user (`mona_acme`), or a team of the organisation that owns the repository. */
const approver = text(
  /^(team:[A-Za-z0-9_][A-Za-z0-9_-]{0,99}|[A-Za-z0-9][A-Za-z0-9_-]{0,38})$/,
  'this is neither a login nor a team',
  'Write the login without `@`, or `team:` and the name of the team as its address has it, such as `team:ops`',
)

/** Who has to agree; all of it optional, because an environment adds to the defaults key by key. */
export const approval = z.strictObject({
  by: z
    .array(approver)
    .min(1, { error: message('there is nobody', 'Name people or teams; without the key, anybody with write access counts') })
    .optional()
    .meta({ description: 'Logins, and teams as `team:ops`. Default: anybody with write access.' }),
  count: z
    .int()
    .refine((count) => count >= 0 && count <= 20, {
      error: message('this must be between 0 and 20', 'Write how many people have to agree'),
    })
    .optional()
    .meta({
      description: 'How many different people; 0 for nobody, where the defaults ask for somebody. Default 1.',
      minimum: 0,
      maximum: 20,
    }),
  'not-author': z
    .boolean()
    .optional()
    .meta({ description: 'Neither who wrote the change nor who pushed last may be one of them. Default false.' }),
})

export type ApprovalShape = z.output<typeof approval>

export function approvalRule({ by = [], count = 1, 'not-author': notAuthor = false }: ApprovalShape): ApprovalRule {
  return { by, count, notAuthor }
}
