/**
 * How landfall-shell ends: the closed list at the top of landfall-shell.sh, and what `timeout` and a missing script add.
 * docs/hosts.md explains each to people.
 */
const endings = {
  0: 'ok',
  2: 'usage',
  10: 'bad-bundle',
  11: 'unknown-release',
  12: 'fenced',
  13: 'held',
  14: 'busy',
  15: 'docker-failed',
  16: 'pull-stalled',
  17: 'nothing-before',
  18: 'other-content',
  19: 'not-current',
  20: 'not-ready',
  21: 'other-environment',
  22: 'unsigned-order',
  23: 'docker-away',
  24: 'lost-track',
  25: 'over-contract',
  26: 'files-refused',
  27: 'reload-failed',
  124: 'out-of-time',
  127: 'no-shell',
  137: 'out-of-time',
  143: 'out-of-time',
} as const

export type Ending = (typeof endings)[keyof typeof endings] | 'unknown'

const byCode = new Map<number, Ending>(Object.entries(endings).map(([code, ending]) => [Number(code), ending]))

/** What an exit code of landfall-shell means; `unknown` for one that it never gives. */
export const endingOf = (code: number): Ending => byCode.get(code) ?? 'unknown'
