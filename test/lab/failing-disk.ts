import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { prepareParts } from './parts.ts'
import { must } from './run.ts'

/** A disk that can be made to fail under a program that is started with this environment. */
export interface FailingDisk {
  environment: Record<string, string>
  /** From now on whatever this process writes into files of a database, or has forced to the disk, fails: EIO. */
  fail(pid: number): Promise<void>
  mend(pid: number): Promise<void>
}

/** What SQLite writes with. Pipes and sockets are written otherwise, so that the process can still say what happens to it. */
const points = ['posix/io/rw/pwrite*', 'posix/io/sync/*']
const inputOutputError = 5

export async function failingDisk(folder: string): Promise<FailingDisk> {
  const { interposers } = await prepareParts({ interposers: true })
  const control = join(folder, 'failing-disk')
  await mkdir(control, { recursive: true })
  const tell = async (pid: number, commands: string[]) => {
    const words = commands.flatMap((command) => ['-c', command])
    await must(['fiu-ctrl', '-f', join(control, 'of'), ...words, String(pid)])
  }
  return {
    environment: { LD_PRELOAD: (interposers?.files ?? []).join(':'), FIU_CTRL_FIFO: join(control, 'of') },
    fail: (pid) =>
      tell(
        pid,
        points.map((point) => `enable name=${point},failinfo=${inputOutputError}`),
      ),
    mend: (pid) =>
      tell(
        pid,
        points.map((point) => `disable name=${point}`),
      ),
  }
}
