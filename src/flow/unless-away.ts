import type { Clock } from './ports.ts'
import { passes } from './trouble.ts'

/** How long those who can do without GitHub wait for it, in seconds. An answer takes one or two, the longest tarball some more. */
const longest = 8

/** What GitHub answered, or that it does not answer now. Throws what waiting does not mend. */
export async function unlessAway<T>(
  asked: Promise<T>,
  clock: Pick<Clock, 'sleep'>,
): Promise<{ kind: 'answered'; value: T } | { kind: 'away' }> {
  const answered = new AbortController()
  const late = clock.sleep(longest, answered.signal).then(() => ({ kind: 'away' }) as const)
  try {
    return await Promise.race([asked.then((value) => ({ kind: 'answered', value }) as const), late])
  } catch (error) {
    if (passes(error)) return { kind: 'away' }
    throw error
  } finally {
    answered.abort()
  }
}
