/** One bounded answer of a registry. */
export interface Answer {
  status: number
  headers: Headers
  body: Uint8Array<ArrayBuffer>
}

export type Exchange = { kind: 'answered'; answer: Answer } | { kind: 'broken'; detail: string }

export interface Limits {
  /** For one request, its body included. */
  milliseconds: number
  bytes: number
}

/** Registries answer in well under a second; a manifest has some kilobytes. */
export const usualLimits: Limits = { milliseconds: 10_000, bytes: 4 * 1024 * 1024 }

/** Asks once. Redirects come back as answers: whoever follows them decides what goes along. */
export async function ask(url: URL, init: { method: 'GET' | 'HEAD'; headers: Record<string, string> }, limits: Limits): Promise<Exchange> {
  const signal = AbortSignal.timeout(limits.milliseconds)
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    const body = await readBounded(response, limits.bytes)
    if (!body) return { kind: 'broken', detail: `${url.host} sent more than ${limits.bytes} bytes` }
    return { kind: 'answered', answer: { status: response.status, headers: response.headers, body } }
  } catch (error) {
    if (signal.aborted) return { kind: 'broken', detail: `${url.host} did not answer within ${limits.milliseconds / 1000} s` }
    return { kind: 'broken', detail: `${url.host} could not be asked: ${causeOf(error)}` }
  }
}

async function readBounded(response: Response, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** `fetch failed` says nothing; the cause does. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'unknown error'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** Seconds from a Retry-After header, which holds seconds or a date; 30 where it says nothing, an hour at most. */
export function retryAfter(header: string | null, now: number): number {
  const seconds = header === null ? Number.NaN : /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 3600) : 30
}
