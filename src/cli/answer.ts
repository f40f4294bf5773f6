/** What a verb prints and the exit code it ends with: 0 done, 1 refused, 2 not understood. */
export interface Answer {
  text: string
  exitCode: 0 | 1 | 2
}
