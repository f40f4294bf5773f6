/** Runs a task once it is its turn. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>

/** Lets so many tasks run at once; the others wait in the order they came. */
export function queueOf(places: number): Turns {
  let free = places
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await task()
    } finally {
      // The place is handed over, so that nobody who comes now can take it first.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/** The same for each key by itself. */
export function queueForEach(places: number): (key: string) => Turns {
  const queues = new Map<string, Turns>()
  return (key) => {
    const queue = queues.get(key) ?? queueOf(places)
    queues.set(key, queue)
    return queue
  }
}
