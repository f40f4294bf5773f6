import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

const told = z.tuple([z.number()])

/**
 * Asks an address again and again while the work is done; how long the slowest answer took, in milliseconds. From a
 * thread of its own, so that it is the asked who is measured and not the asker. Throws where nobody answered.
 */
export async function slowestAnswerDuring(address: string, work: () => Promise<void>): Promise<number> {
  const asker = new Worker(new URL('./health-asker.ts', import.meta.url), { workerData: address })
  const answered = once(asker, 'message')
  answered.catch(() => undefined) // told below, once the work has ended
  await once(asker, 'online')
  await work().finally(() => asker.postMessage('end'))
  const [slowest] = told.parse(await answered)
  await asker.terminate()
  return slowest
}
