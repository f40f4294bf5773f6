import { createHash } from 'node:crypto'
import { type FilesRule, isWithin, type SyncedFile, type SyncedFiles, type SyncedMount } from '../domain/files.ts'
import type { Problem } from '../domain/problem.ts'
import { bindsOf } from './binds.ts'
import type { ComposeModel } from './model.ts'
import { type Found, mountProblems, placeProblems } from './synced-problems.ts'

/** What files for hosts are found by. */
export interface SyncedRequest {
  rules: readonly FilesRule[]
  environment: string
  /** The project's file, for messages. */
  file: string
  /** The repository at the commit. */
  repository: { paths(): string[]; read(path: string): Uint8Array | undefined }
  model: ComposeModel
  /** What Landfall puts into the project folder beside them. */
  envFiles: readonly string[]
}

/** Each of them stands in the plan, of which a host takes a mebibyte. */
const mostFiles = 1000
const mostBytes = 8 * 1024 * 1024

/** Finds the files of each rule, and where its service mounts them; or everything that is wrong with them, at its place in the project's file. */
export function syncedFiles(request: SyncedRequest): { value: SyncedFiles[]; problems: Problem[] } {
  const problems: Problem[] = []
  const value = request.rules.map((rule, index) => {
    const at = `environments.${request.environment}.files[${index}]`
    const found = filesOf(rule, request)
    const mounts = mountsOf(rule, request.model)
    for (const { key, what, remedy } of [
      ...found.problems,
      ...placeProblems(rule, request.envFiles),
      ...mountProblems(rule, found.files, mounts, request.model),
    ])
      problems.push({ file: request.file, path: `${at}.${key}`, what, remedy })
    const { into: _, ...kept } = rule
    return { ...kept, files: found.files, mounts }
  })
  const all = value.flatMap(({ files }) => files)
  if (all.length > mostFiles)
    problems.push({
      file: request.file,
      path: `environments.${request.environment}.files`,
      what: `these are ${all.length} files, and ${mostFiles} is the most`,
      remedy: 'Build what is more into an image',
    })
  return { value, problems }
}

/** Where a single file lies that goes into a folder is for its rule to say. */
function filesOf({ from, to, into }: FilesRule, { repository }: SyncedRequest): { files: SyncedFile[]; problems: Found[] } {
  const problems: Found[] = []
  const refuse = (what: string, remedy: string) => problems.push({ key: 'from', what, remedy })
  const sources = repository
    .paths()
    .filter((path) => isWithin(path, from))
    .toSorted()
  if (sources.length === 0) refuse('the repository has no such folder or file at this commit', 'Correct the path; links are not followed')
  let bytes = 0
  const files = sources.slice(0, mostFiles + 1).flatMap((source): SyncedFile[] => {
    const path = source === from ? (into ? `${to}/${from.split('/').at(-1)}` : to) : `${to}/${source.slice(from.length + 1)}`
    const contents = repository.read(source)
    if (!isPuttable(path))
      refuse(
        `${source} has a name that cannot be put on a host`,
        'Rename it: no backslashes, no blanks at its ends, at most 200 characters',
      )
    if (!contents) refuse(`${source} is larger than 256 KiB`, 'Build large files into an image')
    bytes += contents?.length ?? 0
    return contents ? [{ path, source, sha256: createHash('sha256').update(contents).digest('hex') }] : []
  })
  if (bytes > mostBytes) refuse(`the files are larger than ${mostBytes >> 20} MiB together`, 'Build large files into an image')
  return { files, problems }
}

/** Hosts take it by a line of their list, and a tar archive holds it. */
const isPuttable = (path: string): boolean => path === path.trim() && Buffer.byteLength(path) <= 200 && !/[\p{Cc}\\]/u.test(path)

/** What its service mounts of the place: all of it, or parts. */
const mountsOf = ({ to, service }: FilesRule, model: ComposeModel): SyncedMount[] =>
  bindsOf(service, model).flatMap(({ path, target }) => (isWithin(path, to) ? [{ path, target }] : []))
