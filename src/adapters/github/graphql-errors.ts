import { z } from 'zod'

/** GraphQL answers 200 to everything it understood; what went wrong stands in the answer. */
const errors = z.object({ errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1) })
const forGood = ['UNPROCESSABLE', 'FORBIDDEN', 'NOT_FOUND']

const told = (error: unknown) => errors.safeParse(error).data?.errors

/** Why it cannot be, in GitHub's words; undefined where it may be later, or where something else is wrong. */
export function refusalsIn(error: unknown): string | undefined {
  const all = told(error)
  return all?.every(({ type = '' }) => forGood.includes(type)) ? all.map(({ message }) => message).join('; ') : undefined
}

/** As an answer 503, which GraphQL does not give: a limit, or GitHub's own trouble. It may pass. Other errors are left as they are. */
export function mayPass(error: unknown): unknown {
  const all = told(error)
  if (!all || refusalsIn(error) !== undefined) return error
  const why = all.map(({ message }) => message).join('; ')
  return Object.assign(new Error(`GitHub did not do it: ${why}`, { cause: error }), { status: 503 })
}
