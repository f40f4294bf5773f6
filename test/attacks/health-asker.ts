import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'

/** The thread of health-watch.ts: asks the address it is given until it gets a message, then tells the slowest answer. */

const address = z.string().parse(workerData)
let over = false
parentPort?.once('message', () => {
  over = true
})

let slowest = 0
while (!over) {
  const asked = performance.now()
  const answer = await fetch(address, { signal: AbortSignal.timeout(30_000) })
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`)
  slowest = Math.max(slowest, performance.now() - asked)
  await pause(20)
}
parentPort?.postMessage(slowest)
