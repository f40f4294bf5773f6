import { setTimeout as pause } from 'node:timers/promises'

/** Asks again and again until there is an answer. Throws after `seconds`, naming what was looked for. */
export async function eventually<T>(what: string, find: () => Promise<T | undefined> | T | undefined, seconds = 30): Promise<T> {
  for (const deadline = performance.now() + seconds * 1000; ; await pause(20)) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
  }
}
