import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/**
 * Notes the words of every process of this machine, its laboratory hosts and their containers included, until it is asked for them. It looks
 * without a pause: some live for a few milliseconds. What a process is may change while it is young: it becomes another by `exec`.
 */
const young = 500
const born = new Map<string, number>()
const words = new Set<string>()
let over = false
process.once('message', () => {
  over = true
})
process.once('disconnect', () => process.exit())

process.send?.('ready')
while (!over) {
  const now = performance.now()
  for (const pid of readdirSync('/proc')) {
    if (!/^\d/.test(pid)) continue
    const since = born.get(pid) ?? now
    born.set(pid, since)
    if (now - since > young) continue
    try {
      words.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '))
    } catch {
      // It has ended.
    }
  }
  await setImmediate()
}
process.send?.([...words])
