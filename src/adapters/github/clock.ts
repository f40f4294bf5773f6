/** GitHub's clock, read off its answers. This machine's may be minutes off, and be set right while Landfall runs. */
export interface GitHubClock {
  /** Takes the Date header of an answer. */
  hear(date: string | null): void
  /** Milliseconds since 1970; by this machine's clock until GitHub was heard. */
  now(): number
}

export function gitHubClock(): GitHubClock {
  let heard: { date: number; at: number } | undefined
  return {
    hear(header) {
      const date = Date.parse(header ?? '')
      if (!Number.isNaN(date)) heard = { date, at: performance.now() }
    },
    now: () => (heard ? heard.date + performance.now() - heard.at : Date.now()),
  }
}
