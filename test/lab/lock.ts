import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs `work` while no other process holds the lock file. The kernel frees the lock when its holder dies. */
export async function holding<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat >/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
  try {
    return await work()
  } finally {
    holder.stdin.end()
  }
}
