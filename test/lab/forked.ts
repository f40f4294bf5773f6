import { fork, type Serializable } from 'node:child_process'
import { once } from 'node:events'
import type { z } from 'zod'

/** A program of the tests in a process of its own, spoken to in messages. It sees to it itself that it ends when its parent is gone. */
export interface Forked {
  pid: number
  send(message: Serializable): void
  /** What it says next. @throws when it ends before, or says something else */
  next<T>(shape: z.ZodType<T>): Promise<T>
  stop(): Promise<void>
}

/** Starts a TypeScript file with these words. Its own output goes where ours goes. */
export function forkProgram(file: string, words: string[], execArgv: string[] = []): Forked {
  const child = fork(file, words, { execArgv })
  const exited = once(child, 'exit')
  const gone = exited.then(([code]) => {
    throw new Error(`${file} ended with ${String(code)}`)
  })
  gone.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    send: (message) => void child.send(message),
    async next(shape) {
      const [message] = await Promise.race([once(child, 'message'), gone])
      return shape.parse(message)
    },
    async stop() {
      child.kill()
      await exited
    },
  }
}
