import { type Fetch, withBody } from './patience.ts'

interface Remembered {
  etag: string
  headers: Headers
  body: Uint8Array<ArrayBuffer>
}

/** In bytes; what a look at one repository reads takes some ten thousand. */
const usualRoom = 32 * 1024 * 1024
const largestAnswer = 1024 * 1024

/** What is kept and given of an answer. */
export type Reduce = (url: string, body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>

/** Who may do what is asked live, each time, and never answered from memory. */
const live = /\/collaborators\/[^/]+\/permission\b|\/teams\/[^/]+\/memberships\//

/**
 * Answers of GETs by entity tag. GitHub is asked each time whether an answer still holds; where it does (304), that costs
 * nothing of the hourly limit and the remembered answer is given. The answers used longest ago are forgotten.
 */
export function answerMemory({ room = usualRoom, reduce = (_url, body) => body }: { room?: number; reduce?: Reduce } = {}) {
  const answers = new Map<string, Remembered>()
  let used = 0
  const forget = (key: string): void => {
    used -= answers.get(key)?.body.length ?? 0
    answers.delete(key)
  }
  const keep = (key: string, answer: Remembered): void => {
    forget(key)
    if (answer.body.length > largestAnswer) return
    answers.set(key, answer)
    used += answer.body.length
    for (const oldest of answers.keys()) {
      if (used <= room) break
      forget(oldest)
    }
  }

  /** The same requests of another owner are others: what one installation was told is nothing for the next. */
  return (owner: string, fetch: Fetch): Fetch =>
    async (url, init) => {
      const headers = new Headers(init.headers)
      if (init.method !== 'GET' || live.test(url) || headers.has('if-none-match')) return fetch(url, init)
      const key = `${owner} ${headers.get('accept')} ${url}`
      const known = answers.get(key)
      if (known) headers.set('if-none-match', known.etag)
      const answer = await fetch(url, { ...init, headers })
      if (known && answer.status === 304) {
        keep(key, known)
        return withBody(answer, known.body, { status: 200, headers: renewed(known.headers, answer.headers) })
      }
      const etag = answer.headers.get('etag')
      if (answer.status !== 200 || etag === null) {
        forget(key)
        return answer
      }
      const body = reduce(url, new Uint8Array(await answer.arrayBuffer()))
      keep(key, { etag, headers: answer.headers, body })
      return withBody(answer, body)
    }
}

/** What the new head says counts: the date, what is left of the limit. It need not repeat the rest. */
function renewed(remembered: Headers, told: Headers): Headers {
  const headers = new Headers(remembered)
  for (const [name, value] of told) headers.set(name, value)
  return headers
}
