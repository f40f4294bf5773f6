import { changedIn, type SyncedFiles } from '../domain/files.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'

/** What hosts have of an earlier release: hashes by path, empty where nobody knows which of several it is. */
export type FilesThere = ReadonlyMap<string, string>

/** Files that these releases put on hosts, of which each may be the one that is there. */
export function filesIn(candidates: readonly Pick<Plan, 'synced'>[]): FilesThere {
  const each = candidates.map(({ synced = [] }) => new Map(synced.flatMap(({ files }) => files.map(({ path, sha256 }) => [path, sha256]))))
  const paths = new Set(each.flatMap((files) => [...files.keys()]))
  return new Map(
    [...paths].map((path) => {
      const [first = '', ...others] = new Set(each.map((files) => files.get(path) ?? ''))
      return [path, others.length > 0 ? '' : first]
    }),
  )
}

/** The files with what changes among them, and those that go. */
export function filesSince(synced: readonly SyncedFiles[] | undefined, there: FilesThere = new Map()): Pick<Plan, 'synced' | 'gone'> {
  const compared = (synced ?? []).map((entry) => ({
    ...entry,
    files: entry.files.map(({ change: _, ...file }) => {
      const before = there.get(file.path)
      if (before === undefined) return { ...file, change: 'added' as const }
      return before === file.sha256 ? file : { ...file, change: 'changed' as const }
    }),
  }))
  const kept = new Set(compared.flatMap(({ files }) => files.map(({ path }) => path)))
  const gone = [...there.keys()].filter((path) => !kept.has(path)).toSorted()
  return { ...(compared.length > 0 && { synced: compared }), ...(gone.length > 0 && { gone }) }
}

/** Says of services that keep their containers which of them take changed files up. */
export const withReloaded = (services: PlannedService[], { synced = [], gone }: Pick<Plan, 'synced' | 'gone'>): PlannedService[] =>
  services.map((service) => {
    const taken = synced.some((entry) => entry.service === service.name && entry.reload !== undefined && changedIn(entry, gone).length > 0)
    return taken && service.change === 'untouched' && service.replicas > 0 ? { ...service, reloaded: true as const } : service
  })
