import type { ChangedFiles } from '../policy/gates/paths.ts'
import type { Changes } from './ports.ts'

/** Paths that differ, of what was moved both; unknown where GitHub does not list them all, or where one is not built on the other. */
export function changedFiles(changes: Changes | undefined): ChangedFiles {
  if (!changes || changes.truncated || changes.status === 'diverged' || changes.status === 'behind') return 'unknown'
  return changes.files.flatMap(({ path, previousPath }) => (previousPath === undefined ? [path] : [path, previousPath]))
}
