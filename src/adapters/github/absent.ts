import { z } from 'zod'

const notFound = z.object({ status: z.literal(404) })

/** The API's 404 as an absent value; every other failure stays one. */
export async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (notFound.safeParse(error).success) return undefined
    throw error
  }
}
