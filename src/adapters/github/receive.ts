import type { Probot } from 'probot'

/** A webhook as it came. */
export interface Delivery {
  guid: string
  /** `push` */
  event: string
  /** `sha256=…`, over the body. */
  signature: string
  body: string
}

/**
 * Lets Probot verify a webhook and hand it to whoever subscribed; resolves when they are done. `refused`: it is not signed with
 * the App's secret, or holds no JSON. Rejects where a subscriber threw.
 *
 * Probot's own middleware is not used: after nine seconds it answers 202 to what is not stored yet, and may never be.
 */
export async function receive(app: Probot, { guid, event, signature, body }: Delivery): Promise<'received' | 'refused'> {
  const { webhooks } = await app.ready()
  try {
    await webhooks.verifyAndReceive({ id: guid, name: event, signature, payload: body })
    return 'received'
  } catch (error) {
    const cause: unknown = error instanceof AggregateError ? error.errors[0] : error
    if (isRefusal(cause)) return 'refused'
    throw bare(cause)
  }
}

/** How Probot marks what is wrong with the delivery itself. */
const isRefusal = (error: unknown): boolean => error instanceof Error && 'status' in error && error.status === 400

/** Probot hangs the whole delivery on the error, which then would be logged with it. */
function bare(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const { name, message, stack } = error
  return Object.assign(new Error(message), { name, stack })
}
