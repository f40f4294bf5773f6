/**
 * Thrown by a `SecretReader` for a secret that cannot be read. Names the reference, never a value, an argument or what a command
 * printed.
 */
export class SecretUnavailable extends Error {
  override name = 'SecretUnavailable'
  /** As the operator's file has it: `env NAME`, `file /path`; of a command the program alone. */
  readonly reference: string
  /** `is not set`, `ended with code 2` */
  readonly why: string
  /** Whether it may be there in a moment: files come and commands work again, while a variable takes a restart. */
  readonly passing: boolean

  constructor(reference: string, why: string, passing: boolean) {
    super(`secret from ${reference}: ${why}. Correct it, or the reference in the operator's file.`)
    this.reference = reference
    this.why = why
    this.passing = passing
  }
}
