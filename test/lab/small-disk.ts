import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram, until } from './program.ts'
import { must } from './run.ts'

/** A folder on a disk of its own that is soon full, for programs that are started through it; others see the folder as it was. */
export interface SmallDisk {
  /** What a program has to be started through. */
  through: string[]
  /** Leaves no room at all. */
  fill(): Promise<void>
  /** Takes away what filled it. */
  clear(): Promise<void>
  /** Puts what is on it where it was before. The programs must have ended. */
  stop(): Promise<void>
}

/** Moves what is in the folder to a disk of so many MiB, in memory. Nothing of it survives the process that asked for it. */
export async function smallDisk(folder: string, mebibytes: number): Promise<SmallDisk> {
  const above = `${folder}.small`
  const ready = join(folder, '.small-disk')
  const script = `set -e
    mkdir -p "$2" && mount -t tmpfs -o size="$3"m,mode=700 tmpfs "$2" && cp -a "$1"/. "$2" && mount --move "$2" "$1" && rmdir "$2"
    touch "$4" && exec sleep infinity`
  const holder = startProgram({
    name: 'small disk',
    command: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, above, String(mebibytes), ready],
    log: `${above}.log`,
  })
  const outside = `/proc/${holder.pid}/root${folder}`
  await until(holder, async () => existsSync(join(outside, '.small-disk')))
  const ballast = join(outside, 'ballast')
  return {
    // Entering a mount namespace leaves the working directory behind.
    through: ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--', 'sh', '-c', 'cd "$0" && exec "$@"', process.cwd()],
    fill: async () => void (await must(['sh', '-c', 'cat /dev/zero >"$1" 2>/dev/null || true', 'sh', ballast])),
    clear: () => rm(ballast, { force: true }),
    stop: async () => {
      await rm(join(outside, '.small-disk'))
      await must(['sh', '-c', 'rm -rf "$2"/* && cp -a "$1"/. "$2"', 'sh', outside, folder])
      await holder.end('SIGKILL')
    },
  }
}
