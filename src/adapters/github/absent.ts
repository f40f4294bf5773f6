import { z } from 'zod'

const refusal = z.object({ status: z.number() })

/** An answer of the API that says that there is no such thing as an absent value; every other failure stays one. */
export async function orUndefined<T>(ask: () => Promise<T>, absent: readonly number[] = [404]): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (absent.includes(refusal.safeParse(error).data?.status ?? 0)) return undefined
    throw error
  }
}
