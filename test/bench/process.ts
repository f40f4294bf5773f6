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

/** Seconds of processor time a process has used so far, in its own code and in the kernel's for it. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // After the name, which may hold anything: state is field 3, utime 14 and stime 15, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
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
