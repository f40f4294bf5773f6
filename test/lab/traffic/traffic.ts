import { join } from 'node:path'
import { z } from 'zod'
import { forkProgram } from '../forked.ts'
import { type Errand, type Tally, tally } from './visit.ts'

/** Visitors who come until they are called back, for an hour at most. */
export interface Traffic {
  /** Waits for the last answers; resolves to what came of every request. */
  end(): Promise<Tally>
  /** Sends them home, whatever they still wait for. */
  stop(): Promise<void>
}

/** Sends visitors to a site, from a process of their own: what this one is busy with delays none of them. */
export async function startTraffic(given: Errand): Promise<Traffic> {
  const visitors = forkProgram(join(import.meta.dirname, 'visitors.ts'), [JSON.stringify(given)])
  await visitors.next(z.literal('begun'))
  return {
    async end() {
      visitors.send('end')
      return visitors.next(tally)
    },
    stop: visitors.stop,
  }
}
