import { posix } from 'node:path'
import { isNode, isScalar } from 'yaml'
import type { Problem } from '../../domain/problem.ts'
import type { Snapshot } from '../../flow/ports.ts'
import { interpolate, type Variables } from '../../plan/template.ts'
import { composeShape, type EnvFileEntry, type Included, type Service } from './source-shape.ts'
import { positionOf, readYaml, type SourceFile } from './yaml.ts'

/** The Compose files of a project with everything they pull in from the repository. */
export interface ComposeSource {
  /** Folder of the first Compose file, relative to the repository's root; empty for the root itself. */
  folder: string
  /** Every YAML file read: the project's own in order, then included and extended ones. */
  files: SourceFile[]
  envFiles: EnvFile[]
  /** One file that includes and extends no other: it can go to the hosts as it is. */
  standsAlone: boolean
}

export interface EnvFile {
  /** Relative to the repository's root. */
  source: string
  /** Relative to the project folder, as the host will have it. */
  path: string
  /** Compose takes its values as they are (`format: raw`). */
  raw: boolean
}

/** More than this in one project is a mistake or an attack. */
const mostFiles = 100
const mostBytes = 256 * 1024

/**
 * Reads the Compose files and follows `include`, `extends` and `env_file` inside the repository, before any Compose
 * binary sees them: a reference that leads out of it, or to the network, is refused here. Without variables, env files are not
 * looked for: their names may hold some.
 */
export function readSource(snapshot: Snapshot, paths: string[], variables?: Variables): { source: ComposeSource; problems: Problem[] } {
  const folder = folderOf(paths[0] ?? '')
  const reading = new Reading(snapshot, folder, variables)
  for (const path of paths) reading.compose(path, folder, undefined)
  const standsAlone = paths.length === 1 && reading.files.length === 1
  return { source: { folder, files: reading.files, envFiles: [...reading.envFiles.values()], standsAlone }, problems: reading.problems }
}

/** Where a reference was written, for the message about it. */
interface Place {
  file: SourceFile
  keys: (string | number)[]
}

class Reading {
  files: SourceFile[] = []
  envFiles = new Map<string, EnvFile>()
  problems: Problem[] = []
  #seen = new Set<string>()
  #bytes = 0
  #snapshot: Snapshot
  #folder: string
  #variables: Variables | undefined

  constructor(snapshot: Snapshot, folder: string, variables: Variables | undefined) {
    this.#snapshot = snapshot
    this.#folder = folder
    this.#variables = variables
  }

  /** Reads one Compose file; `base` is the folder its relative paths count from. */
  compose(path: string, base: string, from: Place | undefined): void {
    const key = `${path}\n${base}`
    if (this.#seen.has(key) || this.#seen.size >= mostFiles) return
    this.#seen.add(key)
    const bytes = this.#snapshot.read(path)
    this.#bytes += bytes?.length ?? 0
    if (this.#bytes > mostBytes) {
      this.#refuse(from, path, 'the Compose files together are larger than 256 KiB', 'Split off what is data')
      return
    }
    const read = bytes && readYaml(path, bytes)
    if (read?.kind === 'ok') this.#content(read.value, base)
    else if (read) this.problems.push(...read.problems)
    else if (this.#snapshot.paths().includes(path)) this.#refuse(from, path, 'the file is too large to be read', 'Split off what is data')
    else this.#refuse(from, path, 'there is no such file in the repository', 'Commit it, or correct the name')
  }

  #content(file: SourceFile, base: string): void {
    if (!this.files.some((known) => known.path === file.path)) this.files.push(file)
    const content = composeShape.safeParse(file.document.toJS({ maxAliasCount: -1 }))
    if (content.success) {
      for (const [index, entry] of (content.data.include ?? []).entries()) this.#include(entry, base, { file, keys: ['include', index] })
      for (const [name, body] of Object.entries(content.data.services ?? {})) this.#service(name, body ?? {}, base, file)
      return
    }
    // What this reader does not understand the binary must not get to see: it might follow it out of the repository.
    for (const issue of content.error.issues) {
      const keys = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
      const what = keys.length > 0 ? 'has a form Compose does not know' : 'is not a Compose file'
      this.#refuse({ file, keys }, undefined, what, 'Write it as the Compose specification says')
    }
  }

  #include(entry: Included, base: string, place: Place): void {
    if (entry.env_file !== undefined) {
      const remedy = "Put the values into the environment's env file in .github/landfall.yml"
      this.#refuse(place, undefined, 'an include with its own env_file cannot be deployed: hosts get one set of variables', remedy)
    }
    const folder = entry.project_directory === undefined ? undefined : this.#inside(entry.project_directory, base, place)
    for (const written of entry.path) {
      const path = this.#inside(written, base, place)
      if (path !== undefined) this.compose(path, folder ?? folderOf(path), place)
    }
  }

  #service(name: string, service: Service, base: string, file: SourceFile): void {
    const keys = (key: string) => ['services', name, key]
    if (service.extends && typeof service.extends === 'object' && service.extends.file !== undefined) {
      const place: Place = { file, keys: keys('extends') }
      const path = this.#inside(service.extends.file, base, place)
      if (path !== undefined) this.compose(path, folderOf(path), place)
    }
    if (service.label_file !== undefined) {
      const place = { file, keys: keys('label_file') }
      this.#refuse(place, undefined, 'label_file is not carried to hosts', 'Write the labels under `labels:`')
    }
    const node = file.document.getIn(keys('env_file'), true)
    if (!this.#variables || (isNode(node) && node.tag === '!reset')) return
    for (const [index, entry] of (service.env_file ?? []).entries()) {
      const place: Place = { file, keys: isScalar(node) ? keys('env_file') : [...keys('env_file'), index] }
      this.#envFile({ ...entry, path: interpolate(entry.path, this.#variables) }, base, place)
    }
  }

  #envFile({ path: written, required, format }: EnvFileEntry, base: string, place: Place): void {
    const source = this.#inside(written, base, place)
    if (source === undefined) return
    const path = posix.relative(this.#folder, source)
    // Landfall writes the project's own .env on each host, from the environment's env file and secrets.
    if (path === '.env') return
    if (path.startsWith('..')) {
      const what = `env_file "${written}" lies outside the project's folder`
      this.#refuse(place, undefined, what, 'Move it beside or below the first Compose file')
    } else if (this.#snapshot.read(source)) {
      this.envFiles.set(source, { source, path, raw: format === 'raw' })
    } else if (required) {
      const remedy =
        'Commit it without secrets, write `required: false`, or use `env_file: .env`, which Landfall fills from the environment'
      this.#refuse(place, undefined, `env_file "${written}" is not in the repository`, remedy)
    }
  }

  /** The path from the repository's root, if it stays in the repository. */
  #inside(written: string, base: string, place: Place): string | undefined {
    if (isRemote(written)) {
      this.#refuse(
        place,
        undefined,
        `"${written}" is fetched from elsewhere`,
        'Commit the file to this repository: what runs must be in the commit',
      )
      return undefined
    }
    if (written.includes('$') && !place.keys.includes('env_file')) {
      this.#refuse(place, undefined, `"${written}" depends on a variable`, 'Write the path out')
      return undefined
    }
    const path = posix.normalize(posix.join(base, written))
    if (posix.isAbsolute(written) || written.startsWith('~') || written.includes('\\') || path === '..' || path.startsWith('../')) {
      this.#refuse(
        place,
        undefined,
        `"${written}" lies outside the repository`,
        'Move the file into the repository and name it by a relative path',
      )
      return undefined
    }
    return path
  }

  #refuse(place: Place | undefined, path: string | undefined, what: string, remedy: string): void {
    const file = place?.file.path ?? path ?? ''
    const position = place ? positionOf(place.file, place.keys) : {}
    const subject = place && path ? `"${path}": ${what}` : what
    this.problems.push({ file, ...position, ...(place?.keys.length ? { path: place.keys.join('.') } : {}), what: subject, remedy })
  }
}

/** `include` and `extends` also take addresses; Compose would fetch them before any policy has seen a thing. */
const isRemote = (written: string): boolean => /^[a-z][a-z0-9+.-]*:|^github\.com\/|@[^/]*:|\.git(#|$)|#/i.test(written)

function folderOf(path: string): string {
  const folder = posix.dirname(path)
  return folder === '.' ? '' : folder
}
