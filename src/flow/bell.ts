/** Ends rests before their time: whoever rests looks at the signal as it is when the rest begins. */
export class Bell {
  #next = new AbortController()

  /** Aborts at the next ring. */
  get signal(): AbortSignal {
    return this.#next.signal
  }

  ring(): void {
    const rung = this.#next
    this.#next = new AbortController()
    rung.abort()
  }
}
