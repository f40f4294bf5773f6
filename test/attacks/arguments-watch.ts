import { join } from 'node:path'
import { z } from 'zod'
import { forkProgram } from '../lab/forked.ts'
import { must } from '../lab/run.ts'

/**
 * Sees the words that processes are started with on all machines of the laboratory, while something goes on. Resolves to a line for each
 * process, and to what came of it.
 *
 * @throws where it sees nothing
 */
export async function watchingArguments<T>(what: () => Promise<T>): Promise<{ seen: string[]; came: T }> {
  const watcher = forkProgram(join(import.meta.dirname, 'arguments-watcher.ts'), [])
  try {
    await watcher.next(z.literal('ready'))
    // It has to see what lives as briefly as what it is there for; on a busy machine not each of them.
    const own = `seen-${process.pid}`
    for (let time = 1; time <= 20; time += 1) await must(['/bin/sh', '-c', 'sleep 0.02', own])
    const came = await what()
    watcher.send('enough')
    const seen = await watcher.next(z.array(z.string()))
    if (!seen.some((line) => line.includes(own))) throw new Error('the watch over arguments is blind')
    return { seen, came }
  } finally {
    await watcher.stop()
  }
}
