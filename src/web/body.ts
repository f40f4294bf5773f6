import type { IncomingMessage, ServerResponse } from 'node:http'

/** GitHub never sends more than this. */
export const webhookBodyLimit = 25 * 1024 * 1024

/** Bodies being received at one time, all together; a flood waits outside instead of in memory. */
const receivingLimit = 64 * 1024 * 1024

export type Body = { kind: 'body'; bytes: Buffer } | { kind: 'too-large' } | { kind: 'busy' } | { kind: 'broken-off' }

/**
 * Reads request bodies within a limit. A declared length over it is refused before a byte is buffered; an undeclared
 * one as soon as the limit is passed.
 */
export function bodyReader(limit: number = webhookBodyLimit): (request: IncomingMessage, response: ServerResponse) => Promise<Body> {
  let receiving = 0
  return async (request, response) => {
    const declared = Number(request.headers['content-length'] ?? 0)
    if (declared > limit) return { kind: 'too-large' }
    if (receiving + declared > receivingLimit) return { kind: 'busy' }
    if (request.headers.expect !== undefined) response.writeContinue()
    const chunks: Buffer[] = []
    let size = 0
    try {
      for await (const chunk of request) {
        const bytes = Buffer.from(chunk)
        size += bytes.length
        receiving += bytes.length
        if (size > limit) return { kind: 'too-large' }
        if (receiving > receivingLimit) return { kind: 'busy' }
        chunks.push(bytes)
      }
      return { kind: 'body', bytes: Buffer.concat(chunks) }
    } catch {
      return { kind: 'broken-off' }
    } finally {
      receiving -= size
    }
  }
}
