import type { Finding, Path } from './finding.ts'

/**
 * One small check of what a schema cannot say. It sees the healthy part of the file only, so names it misses there may
 * still be written: `names` gives the keys of a mapping as they stand in the file.
 */
export type Rule<T> = (file: T, names: (path: Path) => string[]) => Finding[]
