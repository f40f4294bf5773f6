export interface Waiting {
  /**
   * Resolves with the first defined value of `find`, which is asked again after every request and webhook.
   * Rejects after `seconds`, naming `what` was waited for.
   */
  until<T>(what: string, find: () => T | undefined, seconds?: number): Promise<T>
}

/** Waiting for what others do here, without asking again and again. */
export function waiting(): Waiting & { changed(): void } {
  const listeners = new Set<() => void>()
  return {
    changed() {
      for (const listener of [...listeners]) listener()
    },
    until<T>(what: string, find: () => T | undefined, seconds = 10): Promise<T> {
      const called = new Error(`${what}: did not happen within ${seconds} s`)
      return new Promise<T>((resolve, reject) => {
        const look = (): boolean => {
          const found = find()
          if (found === undefined) return false
          clearTimeout(timer)
          listeners.delete(look)
          resolve(found)
          return true
        }
        const timer = setTimeout(() => {
          listeners.delete(look)
          reject(called)
        }, seconds * 1000)
        if (!look()) listeners.add(look)
      })
    },
  }
}
