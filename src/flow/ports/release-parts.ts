import type { ImageLine, ResolvedImage } from '../../domain/image.ts'
import type { Parsed, Problem } from '../../domain/problem.ts'
import type { Secret } from '../../domain/secret.ts'
import type { Snapshot } from './github.ts'

export interface Registry {
  /** Resolves a tag (or a `sha256:…` digest in its place) once, with the platforms behind it. */
  resolve(repository: string, tag: string, login?: RegistryLogin): Promise<RegistryAnswer>
}

export interface RegistryLogin {
  registry: string
  username: string
  password: Secret
}

export type RegistryAnswer =
  | { kind: 'found'; image: ResolvedImage }
  | { kind: 'missing' }
  | { kind: 'busy'; retryAfterSeconds: number; detail: string }
  /** `retryable`: the registry was down or silent, rather than unwilling. `denied`: to this login, which may have come to its end. */
  | { kind: 'failed'; detail: string; retryable?: true; denied?: true }

export interface Compose {
  /** Every `image:` line of the project's files, before interpolation: what tag variables are read from. */
  imageLines(snapshot: Snapshot, files: string[]): Parsed<ImageLine[]>
  /** Where the node at a path of keys is written in the project's files, or the nearest one above it. */
  placeOf(snapshot: Snapshot, files: string[], keys: readonly string[]): { file: string; line?: number; column?: number }
  /** Renders the project as the Compose binary sees it. No daemon is asked. */
  render(request: RenderRequest): Promise<RenderResult>
}

export interface RenderRequest {
  snapshot: Snapshot
  /** Compose files, relative to the repository's root. */
  files: string[]
  project: string
  /** The environment's values: for interpolation, and the contents of `.env` where a service names it as env_file. */
  variables: Record<string, string>
  /** Names among them whose values only containers may be told: they are refused where anything else would see them. Absent: none. */
  secret?: ReadonlySet<string>
  /** Landfall's own, such as the tag: for interpolation only. */
  interpolation?: Record<string, string>
  /** Paths of the project folder that hosts get from the repository; others of the repository are not there. */
  carried?: readonly string[]
  /** Where it is to run, and the Compose profiles each host has. */
  hosts: { name: string; profiles: readonly string[] }[]
}

export type RenderResult =
  | {
      kind: 'rendered'
      /** Not interpolated; YAML for the host. */
      portable: string
      /** Interpolated; in memory only: it holds secrets. */
      model: unknown
      /** `env_file` paths found in the repository, relative to the project folder. */
      envFiles: string[]
      /** By service: its `image:` line before interpolation. */
      imageLines: Record<string, string>
    }
  | { kind: 'invalid'; problems: Problem[] }
