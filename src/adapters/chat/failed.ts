/**
 * A chat service did not take a message. The message names the channel and what was answered, never the address or
 * token: those are secrets.
 */
export class ChatFailed extends Error {
  override name = 'ChatFailed'
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** How long the service asks to be left alone. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, details: { cause?: unknown; status?: number; retryAfterSeconds?: number | undefined } = {}) {
    super(message, { cause: details.cause })
    this.status = details.status
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
