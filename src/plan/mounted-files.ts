import { createHash } from 'node:crypto'
import type { SyncedFiles } from '../domain/files.ts'
import { bindsOf } from './binds.ts'
import type { ComposeModel, ModelService } from './model.ts'

/**
 * Hash of the files that only a new container of a service sees as they are: those it mounts one by one, since a mount stays with the
 * file that was there, and all of an entry that nothing has it read again. Undefined where there are none. As a label it has Compose
 * notice that they changed.
 */
export function mountedFiles(service: string, model: ComposeModel, synced: readonly SyncedFiles[]): string | undefined {
  const single = new Set(bindsOf(service, model).map(({ path }) => path))
  const files = synced.flatMap((entry) =>
    entry.files.filter(({ path }) => single.has(path) || (entry.service === service && entry.reload === undefined)),
  )
  if (files.length === 0) return undefined
  const lines = files.map(({ path, sha256 }) => `${sha256} ${path}\n`).toSorted()
  return createHash('sha256').update(lines.join('')).digest('hex')
}

/** Names beside its own by which containers of the project find a service. */
export function aliasesOf({ container_name, networks }: ModelService): string[] {
  const names = [container_name ?? [], ...Object.values(networks).map((network) => network?.aliases ?? [])].flat()
  return [...new Set(names)].filter((name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(name)).toSorted()
}
