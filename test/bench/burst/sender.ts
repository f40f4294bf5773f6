import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { createConnections } from './connections.ts'
import { requestBytes } from './delivery.ts'
import { type Answers, job } from './job.ts'

/**
 * The sending side of a burst, a process of its own. Everything is written and signed beforehand, so that sending costs little;
 * `{ready}` tells its parent, which answers when to begin.
 *
 * When a webhook is due depends on nothing but the clock, and its time is counted from then on: also while it waits here
 * because Landfall is slow with those before it.
 */
const file = z.string().parse(process.argv[2])
const { url, secret, perSecond, connections, told, origins, answers: answersFile } = job.parse(JSON.parse(readFileSync(file, 'utf8')))
const { hostname, port, pathname, host } = new URL(url)

const requests = told.map((one) => {
  const origin = origins[one.repository]
  if (!origin) throw new Error(`nothing is known of ${one.repository}`)
  return requestBytes(one, origin, { host, path: pathname }, secret)
})
const answers: Answers = requests.map(() => [0, 0])

// It listens to its parent to the end, and so ends when that stops it or is gone.
process.on('message', () => void send())
process.send?.('ready')

async function send(): Promise<void> {
  const sockets = createConnections({ hostname, port: Number(port), most: connections })
  const began = performance.now()
  const pending: Promise<void>[] = []
  for (let next = 0; next < requests.length; ) {
    const due = Math.min(requests.length, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1)
    for (; next < due; next += 1) pending.push(sendOne(next, began + (next / perSecond) * 1000))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(pending)
  const seconds = (performance.now() - began) / 1000
  sockets.close()
  writeFileSync(answersFile, JSON.stringify(answers))
  process.send?.({ seconds, connections: sockets.opened() })

  async function sendOne(index: number, due: number): Promise<void> {
    const status = await sockets.ask(requests[index] ?? Buffer.alloc(0))
    answers[index] = [status, performance.now() - due]
  }
}
