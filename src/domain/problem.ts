/**
 * One thing that is wrong with what somebody wrote: *where: what is wrong. What to do.*
 * Line and column count from 1.
 */
export interface Problem {
  /** File as its author knows it: `.github/landfall.yml`, `compose.yml`. */
  file: string
  line?: number
  column?: number
  /** Path inside the file: `environments.production.hosts[1]`. */
  path?: string
  what: string
  remedy: string
}

/** `.github/landfall.yml:12:14: environments.production.hosts[1]: unknown host "web-3". Add it …` */
export function problemText(problem: Problem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`
  const path = problem.path ? ` ${problem.path}:` : ''
  return `${problem.file}${position}:${path} ${problem.what}. ${problem.remedy}.`
}

/** A value, or everything that is wrong with its source at once. */
export type Parsed<T> = { kind: 'ok'; value: T } | { kind: 'invalid'; problems: Problem[] }
