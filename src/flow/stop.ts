import type { Reason } from '../domain/reason.ts'

/** Tells a deployment under way that it has to end, and why: whatever it waits for, it waits for it no longer. */
export class Stop {
  readonly #controller = new AbortController()
  #why: Reason | undefined

  /** Why it has to end; undefined while it may go on. */
  get why(): Reason | undefined {
    return this.#why
  }

  /** Aborts when it is ordered. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  order(why: Reason): void {
    this.#why ??= why
    this.#controller.abort()
  }

  /** What comes of work that heeds the signal: it has failed for this reason where the order ended it. */
  async heeded<Result>(work: Promise<Result>): Promise<Result | { kind: 'failed'; reason: Reason }> {
    try {
      return await work
    } catch (error) {
      if (this.#why && error === this.signal.reason) return { kind: 'failed', reason: this.#why }
      throw error
    }
  }
}
