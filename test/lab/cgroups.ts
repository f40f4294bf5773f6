import { existsSync } from 'node:fs'
import { readdir, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The control group above all containers of one host. Flat, so that no empty parent stays behind. */
export const cgroupOf = (laboratory: string, host = '') => `/landfall-lab-${basename(laboratory).replace(/^landfall-lab-/, '')}-${host}`

/** Removes a control group and all below it, in every hierarchy (cgroup v1 has one per controller, v2 one in all). */
export async function removeCgroups(group: string): Promise<void> {
  const top = '/sys/fs/cgroup'
  const hierarchies = [top, ...(await readdir(top)).map((controller) => join(top, controller))]
  for (const hierarchy of hierarchies) {
    const found = join(hierarchy, group)
    if (existsSync(found)) await removeTree(found)
  }
}

async function removeTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await removeTree(join(folder, entry.name))
  // The kernel empties a group a moment after its last process was killed.
  for (let attempt = 0; ; attempt++) {
    try {
      return await rmdir(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      if (attempt === 100) throw error
      await sleep(20)
    }
  }
}
