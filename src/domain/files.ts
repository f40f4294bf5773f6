/** A folder or file of the repository that hosts have where a service mounts it, as a project's file asks for it. Paths have no `/` at their ends. */
export interface FilesRule {
  /** In the repository. */
  from: string
  /** In the project folder on hosts: a folder, or where `from` is a file and `into` is not said, that file. */
  to: string
  /** A single file goes into that folder, under its own name. */
  into?: true
  service: string
  /** Run before the files count; words as they are, for no shell reads them. */
  check?: string[]
  /** Run in each running container once they lie there; without words it takes them up by itself. Absent: it gets new containers. */
  reload?: string[]
  /** Longest time for each of the two, in seconds. */
  within: number
}

/** What a plan puts there. */
export interface SyncedFiles {
  from: string
  to: string
  service: string
  files: SyncedFile[]
  /** What the service mounts of it. */
  mounts: SyncedMount[]
  check?: string[]
  /** As of `FilesRule`. */
  reload?: string[]
  within: number
}

export interface SyncedFile {
  /** In the project folder. */
  path: string
  /** In the repository. */
  source: string
  /** Of its bytes, in hexadecimal: anybody who can read the repository can read them. */
  sha256: string
  /** How it differs from what ran; absent where it does not. */
  change?: 'added' | 'changed'
}

/** A folder or file of the project folder inside containers. */
export interface SyncedMount {
  path: string
  target: string
}

/** Whether a path is this one, or lies below it; `.` is the folder of all. */
export const isWithin = (path: string, folder: string): boolean => folder === '.' || path === folder || path.startsWith(`${folder}/`)

/** Whether two paths are the same, or one lies below the other. */
export const overlap = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one)

/** Paths in the project folder that a plan changes. @param gone what ran had them, and this has not */
export const changedIn = ({ to, files }: Pick<SyncedFiles, 'to' | 'files'>, gone: readonly string[] = []): string[] => [
  ...files.flatMap(({ path, change }) => (change ? [path] : [])),
  ...gone.filter((path) => isWithin(path, to)),
]
