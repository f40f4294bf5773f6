/** A row of numbers that depends on its seed alone: the same seed tells the same story on every machine. */
export interface Random {
  /** From 0, below 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  chance(probability: number): boolean
  /** One of these, each as likely as its weight says. */
  pick<T>(weighted: readonly (readonly [weight: number, value: T])[]): T
}

/** Mulberry32: 32 bits of state, which is plenty for a story of a few dozen choices. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  // Seeds that are neighbours begin alike: the first numbers are thrown away.
  for (let warm = 0; warm < 8; warm += 1) next()
  return {
    next,
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick(weighted) {
      let left = next() * weighted.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of weighted) {
        left -= weight
        if (left < 0) return value
      }
      const last = weighted.at(-1)
      if (!last) throw new Error('nothing to pick from')
      return last[1]
    },
  }
}
