import type { Ports } from './ports.ts'

/** How long one thing on a host is waited for. It begins when it is in the way first, and does not begin anew when it comes back. */
export class Patience {
  readonly #clock: Pick<Ports['clock'], 'now'>
  readonly #lasts: number
  readonly #pause: number
  #since: number | undefined

  /**
   * @param lasts seconds from the first time
   * @param pause seconds until the host is asked again
   */
  constructor(clock: Pick<Ports['clock'], 'now'>, lasts: number, pause: number) {
    this.#clock = clock
    this.#lasts = lasts
    this.#pause = pause
  }

  /** Whether it was in the way before. */
  get begun(): boolean {
    return this.#since !== undefined
  }

  /** It is in the way: the seconds to the next try, undefined once it was for too long. */
  next(): number | undefined {
    const now = this.#clock.now().getTime()
    this.#since ??= now
    return now - this.#since < this.#lasts * 1000 ? this.#pause : undefined
  }
}

/** With a Docker engine that does not answer: an upgrade of Docker restarts it. A minute unless told otherwise. */
export const patienceWithDocker = (clock: Pick<Ports['clock'], 'now'>, seconds = 60): Patience => new Patience(clock, seconds, 2)
