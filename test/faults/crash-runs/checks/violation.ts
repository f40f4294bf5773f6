/** Something that must never be, with what shows it. */
export interface Violation {
  /** The invariant: its number in docs/failures.md. */
  invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7
  what: string
}
