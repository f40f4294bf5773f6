import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { openTown, type Town } from '../lab/landfall/town.ts'

/** A town with eyes that see whether something got through. */
export interface AttackedTown extends Town {
  /** A path that exists nowhere unless somebody's words were run as a command. */
  canary: string
}

/** Builds the town, on PostgreSQL and Redis, with a second host that is nobody's. */
export async function openAttackedTown({ say }: { say?: (line: string) => void } = {}): Promise<AttackedTown> {
  const town = await openTown({ servers: true, others: [{ name: 'web-2' }], ...(say && { say }) })
  return { ...town, canary: `/tmp/landfall-canary-${randomBytes(6).toString('hex')}` }
}

/** Where the canary sits: on Landfall's machine, on the host, or in a container there. Empty while all is well. */
export async function canarySeen({ canary, host }: AttackedTown): Promise<string[]> {
  const onHost = await host.exec(['test', '-e', canary])
  const inContainers = await host.sh(`for id in $(docker ps -q); do docker exec "$id" test -e ${canary} && echo "$id"; done; true`)
  return [
    ...(existsSync(canary) ? ["Landfall's machine"] : []),
    ...(onHost.code === 0 ? ['the host'] : []),
    ...inContainers.split('\n').filter((id) => id !== ''),
  ]
}
