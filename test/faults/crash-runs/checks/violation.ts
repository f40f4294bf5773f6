/** Something that must never be, with what shows it. */
export interface Violation {
  /** The invariant: its number at the top of the list of faults. */
  invariant: 1 | 2 | 3 | 4 | 5
  what: string
}
