/** Lets so many tasks run at once; the others wait in the order they came. */
export function queueOf(places: number): <T>(task: () => Promise<T>) => Promise<T> {
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
