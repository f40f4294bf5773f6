import type { GitHubClock } from './clock.ts'

/** As Octokit calls it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** In milliseconds. */
export interface Patience {
  /** Longest until the head of an answer is there. */
  head: number
  /** Longest without another piece of its body. */
  progress: number
}

export const usualPatience: Patience = { head: 10_000, progress: 15_000 }

/** Configuration, comments and lists are far smaller; what is larger would only fill the memory. */
const largestAnswer = 64 * 1024 * 1024

/** The same answer with another body. A Response that is made here has no address, and Octokit reads it for lists. */
export function withBody(
  answer: Response,
  body: ConstructorParameters<typeof Response>[0],
  { status, headers }: Pick<Response, 'status' | 'headers'> = answer,
): Response {
  return Object.defineProperty(new Response(body, { status, headers }), 'url', { value: answer.url })
}

/** Requests that end in time: those that take too long or break off reject, in the middle of the answer too. */
export interface PatientFetch {
  /** Resolves when the whole answer is there: Octokit would take one that breaks off for a complete one. */
  whole: Fetch
  /** Resolves with the head; the body may take as long as it goes on coming. */
  streamed: Fetch
}

export function patientFetch(clock: GitHubClock, { head, progress }: Patience = usualPatience): PatientFetch {
  const streamed: Fetch = async (url, init) => {
    const stop = new AbortController()
    const noHead = setTimeout(() => stop.abort(late(`did not answer within ${head / 1000} s`)), head)
    try {
      const answer = await fetch(url, { ...init, signal: stop.signal })
      clock.hear(answer.headers.get('date'))
      return answer.body ? withBody(answer, ReadableStream.from(pieces(answer.body, stop, progress))) : answer
    } finally {
      clearTimeout(noHead)
    }
  }
  return {
    streamed,
    async whole(url, init) {
      const answer = await streamed(url, init)
      return answer.body ? withBody(answer, await bytesOf(answer.body)) : answer
    },
  }
}

/** The clock runs while GitHub is waited for, not while somebody here is busy with the piece before. */
async function* pieces(body: ReadableStream<Uint8Array>, stop: AbortController, progress: number): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    while (true) {
      const silence = setTimeout(() => stop.abort(late(`sent nothing more for ${progress / 1000} s`)), progress)
      const { done, value } = await reader.read().finally(() => clearTimeout(silence))
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > largestAnswer) throw new Error(`GitHub's answer is larger than ${largestAnswer >> 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const late = (what: string) => new DOMException(`GitHub ${what}`, 'TimeoutError')
