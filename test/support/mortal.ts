/** Whether a process lives. Once it is dead none of its calls begins, and none that was under way is ever answered. */
export class Life {
  ended = false
  /** Asked after each call that was carried out: true ends the life before the caller learns of it. */
  endsAfter: (call: string, args: unknown[]) => boolean = () => false
}

/**
 * The same object as a process sees it that may be killed at any moment: what was sent before has its effect, what it would
 * have sent never does, and nobody hears an answer. All of its methods are asynchronous.
 */
export function mortal<T extends object>(target: T, life: Life, name: string): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object)
      const call = `${name}.${String(key)}`
      if (typeof value === 'function') return (...args: unknown[]) => living(life, call, args, () => Reflect.apply(value, object, args))
      return typeof value === 'object' && value !== null ? mortal(value, life, call) : value
    },
  })
}

async function living(life: Life, call: string, args: unknown[], act: () => unknown): Promise<unknown> {
  if (life.ended) return never()
  try {
    const answer = await act()
    if (!life.ended && life.endsAfter(call, args)) life.ended = true
    return life.ended ? never() : answer
  } catch (error) {
    if (life.ended) return never()
    throw error
  }
}

const never = () => new Promise<never>(() => undefined)
