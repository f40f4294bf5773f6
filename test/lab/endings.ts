import { spawn } from 'node:child_process'
import { cgroupOf } from './cgroups.ts'

/**
 * Starts a process that removes the folder once this process is gone, however it went: the kernel ends the daemons
 * then (see program.ts), but nobody would tidy up after them. It waits for the end of its input, which only we hold.
 * @returns lets it go, once the folder has been removed in good order
 */
export function hireJanitor(folder: string): () => void {
  const script = `cat >/dev/null; [ -e "$1" ] || exit; sleep 1; rm -rf "$1"; find /sys/fs/cgroup -depth -type d -path "*$2*" -exec rmdir {} + 2>/dev/null`
  const janitor = spawn('sh', ['-c', script, 'landfall-lab-janitor', folder, cgroupOf(folder)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C reaches the whole group of the terminal
  })
  janitor.unref()
  const { stdin } = janitor
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => stdin.destroy()
}

/**
 * Calls `stop` on SIGINT and SIGTERM, then lets the signal end the process unless the program itself listens for it.
 * @returns stops listening
 */
export function onInterruption(stop: () => Promise<void>): () => void {
  const interrupted = (signal: NodeJS.Signals) => {
    const alone = process.listenerCount(signal) <= 1
    void stop().finally(() => {
      if (alone) process.kill(process.pid, signal)
    })
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, interrupted)
  return () => {
    for (const signal of signals) process.off(signal, interrupted)
  }
}
