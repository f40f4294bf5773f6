import { readFile } from 'node:fs/promises'

/**
 * Memory of a process in MiB as Linux counts it (`VmRSS`): pages that are in memory now, those shared with other processes
 * included. What a container limit would see is at most this.
 */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (found === undefined) throw new Error(`no process ${pid} with memory of its own`)
  return Number(found) / 1024
}

/** Follows it, five times a second: shorter peaks are not seen. */
export function watchResident(pid: number): { peak(): number; stop(): void } {
  let peak = 0
  const timer = setInterval(() => {
    // It may be on its way out.
    residentMiB(pid).then(
      (now) => {
        peak = Math.max(peak, now)
      },
      () => undefined,
    )
  }, 200)
  return { peak: () => peak, stop: () => clearInterval(timer) }
}
