import { setTimeout as pause } from 'node:timers/promises'
import type { Fetch } from './patience.ts'

/** GitHub asks for a second between requests that change something: https://docs.github.com/rest best practices. */
const betweenWrites = 1000
const mostAtOnce = 10

/** Making a token changes nothing that anybody sees, and everything waits for it. */
const token = /\/access_tokens$/

/**
 * Keeps one account's requests to the pace GitHub asks for: it is one installation's, and no other waits for it. By a clock
 * that nobody sets: one by the time of day would stand still for as long as that is set back.
 */
export function paced(fetch: Fetch, between = betweenWrites): Fetch {
  let nextWrite = 0
  let running = 0
  const queue: (() => void)[] = []
  return async (url, init) => {
    if (init.method !== 'GET' && !token.test(url)) {
      const now = performance.now()
      const turn = Math.max(now, nextWrite)
      nextWrite = turn + between
      if (turn > now) await pause(turn - now)
    }
    if (running >= mostAtOnce) await new Promise<void>((resolve) => queue.push(resolve))
    else running += 1
    try {
      return await fetch(url, init)
    } finally {
      // Whoever waits takes the place over.
      const next = queue.shift()
      if (next) next()
      else running -= 1
    }
  }
}
