import type { Log, Queue } from '../../flow/ports.ts'
import { checkSubject } from './subject.ts'

/**
 * The queue of the one-machine profile: a wake-up reaches the listener in the next turn of the event loop, once however often
 * it was asked for meanwhile. Wake-ups before there is a listener wait for it.
 */
export function inProcessQueue(log: Log): Queue {
  const woken = new Set<string>()
  let listener: ((subject: string) => void) | undefined
  let timer: NodeJS.Immediate | undefined

  const deliver = (): void => {
    timer = undefined
    const subjects = [...woken]
    woken.clear()
    for (const subject of subjects) call(listener, subject, log)
  }
  const schedule = (): void => {
    if (listener && woken.size > 0) timer ??= setImmediate(deliver)
  }

  return {
    async wake(subject) {
      checkSubject(subject)
      woken.add(subject)
      schedule()
    },
    async listen(given) {
      if (listener) throw new Error('queue: there is a listener already')
      listener = given
      schedule()
    },
    async leave() {
      clearImmediate(timer)
      if (listener) deliver()
      listener = undefined
    },
    ping: async () => undefined,
    async close() {
      clearImmediate(timer)
      woken.clear()
      listener = undefined
    },
  }
}

/** A listener that throws is a bug, and no reason to stop waking others. */
export function call(listener: ((subject: string) => void) | undefined, subject: string, log: Log): void {
  try {
    listener?.(subject)
  } catch (error) {
    log.error('queue listener failed', { subject, error })
  }
}
