import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from './run.ts'

/** A Compose binary that may render untrusted files. */
export interface ComposeBinary {
  path: string
  version: string
}

export type BinaryAnswer = { kind: 'found'; binary: ComposeBinary } | { kind: 'unusable'; detail: string }

const pluginFolders = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
]

/**
 * Finds the Compose binary: the one named, else a `docker-compose` on `searchPath`, else the Docker CLI's plugin. The plugin is
 * run directly: without the `docker` command around it a call is some 40 ms shorter, and no Docker configuration is read.
 */
export async function findCompose(options: {
  named?: string | undefined
  searchPath: string
  home?: string | undefined
}): Promise<BinaryAnswer> {
  const plugins = [...(options.home ? [join(options.home, '.docker/cli-plugins')] : []), ...pluginFolders]
  const folders = [...options.searchPath.split(':').filter((folder) => folder.startsWith('/')), ...plugins]
  const candidates = options.named ? [options.named] : folders.map((folder) => join(folder, 'docker-compose'))
  const refusals: string[] = []
  for (const path of candidates) {
    if (!(await executable(path))) continue
    const answer = await judge(path)
    if (answer.kind === 'found') return answer
    refusals.push(answer.detail)
  }
  const looked = options.named
    ? `${options.named} is not an executable file`
    : 'there is no docker-compose on PATH and no Docker Compose plugin'
  return { kind: 'unusable', detail: refusals.length > 0 ? refusals.join('; ') : looked }
}

const executable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

async function judge(path: string): Promise<BinaryAnswer> {
  const result = await runChild(path, ['version', '--short'], '/')
  const version = result.kind === 'exited' && result.code === 0 ? /^v?(\d+\.\d+\.\d+)/.exec(result.stdout.trim())?.[1] : undefined
  if (version === undefined) return { kind: 'unusable', detail: `${path} does not tell its version as Docker Compose v2 does` }
  const reason = unfit(version)
  return reason ? { kind: 'unusable', detail: `${path} is Compose ${version}, ${reason}` } : { kind: 'found', binary: { path, version } }
}

/**
 * Why this version must not render, if so. Before 2.24 there is no `!override` and no optional `env_file`; 2.34.0 to
 * 2.40.1 write outside the project while merely reading a remote artefact (CVE-2025-62725). Remote files are refused
 * before the binary runs, but a version known to be unsafe on untrusted input is not what to lean on.
 */
export function unfit(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const number = (major * 1000 + minor) * 1000 + patch
  if (number < 2_024_000) return 'older than 2.24.0'
  if (number >= 2_034_000 && number <= 2_040_001) return 'which has CVE-2025-62725; use 2.40.2 or later, or 2.33 or earlier'
  return undefined
}
