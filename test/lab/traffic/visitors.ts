import { Agent, request } from 'node:http'
import { z } from 'zod'
import { errand, round, type Tally, type Visit } from './visit.ts'

/**
 * Visitors of a web site at a constant rate, a process of its own: whether a visit is due depends on the clock alone, and one that gets no
 * answer holds up no other. `end` from its parent ends it; it says what came of everything, once the last answer is there.
 */
const { url, perSecond, slowSeconds } = errand.parse(JSON.parse(z.string().parse(process.argv[2])))
const patienceSeconds = 15 + slowSeconds
/** Whoever forgets to call them back is not visited for ever. */
const longestSeconds = 3600
const kept = new Agent({ keepAlive: true, maxSockets: 64 })
const answered = z.object({ version: z.string(), bytes: z.number() })

const tally: Tally = { sent: 0, dropped: [], longestGapMs: 0, slowestMs: 0, versions: {} }
const began = performance.now()
let lastGood = began
const pending = new Set<Promise<void>>()

const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * perSecond) + 1
  while (tally.sent < due) {
    const visit = round[tally.sent % round.length]
    tally.sent += 1
    if (!visit) continue
    const made = make(visit).finally(() => pending.delete(made))
    pending.add(made)
  }
}, 2)

setTimeout(() => clearInterval(timer), longestSeconds * 1000).unref()
process.once('disconnect', () => process.exit(1))
process.once('message', async () => {
  clearInterval(timer)
  noteGap()
  await Promise.all(pending)
  kept.destroy()
  process.send?.(tally, () => process.disconnect())
})
process.send?.('begun')

async function make(visit: Visit): Promise<void> {
  const { method, connection, slow } = visit
  const since = performance.now()
  const what = await ask(visit)
  const now = performance.now()
  if (what !== undefined) {
    const at = Math.round(since - began) / 1000
    tally.dropped.push({ at, visit: `${method} ${connection}${slow ? ' slow' : ''}`, what })
  } else if (!slow) {
    tally.slowestMs = Math.max(tally.slowestMs, Math.round(now - since))
    noteGap()
  }
}

function noteGap(): void {
  const now = performance.now()
  tally.longestGapMs = Math.max(tally.longestGapMs, Math.round(now - lastGood))
  lastGood = now
}

/** Resolves to what was wrong with the answer, if anything was. */
function ask({ method, connection, slow }: Visit): Promise<string | undefined> {
  const body = method === 'POST' ? Buffer.alloc(2000, 'x') : undefined
  const headers = body ? { 'content-length': body.length, 'content-type': 'text/plain' } : {}
  return new Promise((resolve) => {
    const asked = request(`${url}${slow ? `/slow/${slowSeconds}` : '/'}`, { method, headers, agent: connection === 'kept' ? kept : false })
    const late = setTimeout(() => {
      resolve('no answer')
      asked.destroy()
    }, patienceSeconds * 1000)
    const end = (what?: string) => {
      clearTimeout(late)
      resolve(what)
    }
    asked.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    asked.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
      response.on('end', () => end(response.statusCode === 200 ? wrong(text, body?.length ?? 0) : String(response.statusCode)))
    })
    asked.end(body)
  })
}

/** An answer must come from the application, and the application must have had the whole request. */
function wrong(text: string, bytes: number): string | undefined {
  try {
    const said = answered.parse(JSON.parse(text))
    tally.versions[said.version] = (tally.versions[said.version] ?? 0) + 1
    return said.bytes === bytes ? undefined : `${said.bytes} of ${bytes} bytes arrived`
  } catch {
    return 'another answer'
  }
}
