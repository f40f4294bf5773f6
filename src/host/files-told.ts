import { ofType, parseLines } from './output.ts'

/** A check of files that did not end well. */
export interface FailedCheck {
  service: string
  /** 124 where its time was up. */
  code: number
  /** What it said; it may quote values: redact before it is stored. */
  text: string
}

/** Reads the output of a `put` that was refused for its files; undefined where it does not tell of a check. */
export function readFailedCheck(stdout: string): FailedCheck | undefined {
  const [found] = ofType(parseLines(stdout), 'check')
  return found && { service: found.service, code: found.code, text: found.text }
}

/** What `switch` tells of files that services mount. */
export interface FilesTold {
  /** Containers that took changed files up; `looked`: they were seen inside it as they were written. */
  reloaded: { service: string; container: string; looked: boolean }[]
  /** Files of somebody else's that a file of the release took the place of; they are kept aside. */
  aside: string[]
  /** Some of what others put into the folders; it was left alone. */
  others: string[]
}

/** Reads the output of `switch`. */
export function readFilesTold(stdout: string): FilesTold {
  const lines = parseLines(stdout)
  return {
    reloaded: ofType(lines, 'reloaded').map(({ type: _, ...one }) => one),
    aside: ofType(lines, 'aside').map(({ path }) => path),
    others: ofType(lines, 'other').map(({ path }) => path),
  }
}
