import { z } from 'zod'

const refusal = z.object({ status: z.number(), response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional() })

/** An answer of the API that says that there is no such thing as an absent value; every other failure stays one. */
export async function orUndefined<T>(ask: () => Promise<T>, absent: readonly number[] = [404]): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    const refused = refusal.safeParse(error).data
    if (refused && absent.includes(refused.status) && !limited(refused)) return undefined
    throw error
  }
}

/** What the App may not read is absent too: it lacks the permission, or the account's plan has no such thing. */
export const absentOrForbidden = [403, 404] as const

/** GitHub's limits are 403 as well, and say nothing of what was asked for. */
export function limited({ response }: z.infer<typeof refusal>): boolean {
  return response?.headers['retry-after'] !== undefined || response?.headers['x-ratelimit-remaining'] === '0'
}
