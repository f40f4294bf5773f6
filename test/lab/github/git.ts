import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'

/** A bare repository, driven by git itself, so that commits, merges, trees and archives are true. */
export interface Git {
  /** Output of `git ARGS`; throws with git's own words when it fails. */
  run(args: string[], options?: RunOptions): Promise<string>
  bytes(args: string[], options?: RunOptions): Promise<Buffer>
  /** The full commit id of a branch, tag or (short) id; undefined where there is none. */
  resolve(ref: string): Promise<string | undefined>
  /** A commit on `branch` (created when new) on top of `parent`, or as a first commit. Returns its id. */
  commit(commit: NewCommit): Promise<string>
  /** So many commits without a change on top of each base, at the tip of its branch: all in one go. */
  grow(branches: readonly { branch: string; base: string; count: number }[], by: Person, at: Date): Promise<void>
  readonly folder: string
}

interface RunOptions {
  input?: string | Uint8Array
  env?: Record<string, string>
}

export interface Person {
  name: string
  email: string
}

/** Path to content; null deletes. Modes: 100644 (default), 100755 executable, 120000 symbolic link. */
export type Files = Record<string, string | Uint8Array | null | { content: string | Uint8Array; mode: '100644' | '100755' | '120000' }>

export interface NewCommit {
  branch: string
  parent: string | undefined
  message: string
  author: Person
  committer: Person
  at: Date
  files: Files
}

export async function createGit(parentFolder: string, defaultBranch: string): Promise<Git> {
  const folder = await mkdtemp(join(parentFolder, 'repository-'))
  const bytes = (args: string[], options: RunOptions = {}) => gitIn(folder, args, options)
  const run = async (args: string[], options?: RunOptions) => (await bytes(args, options)).toString('utf8').trimEnd()
  await run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`])

  const resolve = async (ref: string): Promise<string | undefined> => {
    if (ref.startsWith('-')) return undefined
    const names = /^[0-9a-f]{7,40}$/.test(ref) ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`, ref]
    for (const name of names) {
      const found = await run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]).catch(() => undefined)
      if (found) return found
    }
    return undefined
  }

  return {
    folder,
    run,
    bytes,
    resolve,
    async grow(branches, { name, email }, at) {
      const who = `${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000`
      const commits = branches.flatMap(({ branch, base, count }) =>
        Array.from({ length: count }, (_, index) => {
          const from = index === 0 ? `from ${base}\n` : ''
          return `commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\ndata <<end\n${branch} ${index}\nend\n${from}`
        }),
      )
      await run(['fast-import', '--quiet', '--force'], { input: commits.join('') })
    },
    async commit({ branch, parent, message, author, committer, at, files }) {
      const when = `${Math.floor(at.getTime() / 1000)} +0000`
      const stream = [
        `commit refs/heads/${branch}\n`,
        `author ${author.name} <${author.email}> ${when}\ncommitter ${committer.name} <${committer.email}> ${when}\n`,
        ...data(message),
        parent ? `from ${parent}\n` : '',
        ...Object.entries(files).flatMap(([path, file]) => change(path, file)),
      ]
      await run(['fast-import', '--quiet', '--force'], { input: Buffer.concat(stream.map((part) => Buffer.from(part))) })
      return run(['rev-parse', `refs/heads/${branch}`])
    },
  }
}

function change(path: string, file: Files[string]): (string | Uint8Array)[] {
  const quoted = JSON.stringify(path)
  if (file === null) return [`D ${quoted}\n`]
  const { content, mode } = typeof file === 'string' || file instanceof Uint8Array ? { content: file, mode: '100644' } : file
  return [`M ${mode} inline ${quoted}\n`, ...data(content)]
}

function data(content: string | Uint8Array): (string | Uint8Array)[] {
  const bytes = Buffer.from(content)
  return [`data ${bytes.length}\n`, bytes, '\n']
}

function gitIn(folder: string, args: string[], { input, env }: RunOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: folder,
      // Nobody's own git configuration may change what the tests see.
      env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C', ...env },
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out))
      else reject(new Error(`git ${args.join(' ')} ended with ${code}: ${Buffer.concat(err).toString('utf8').trim()}`))
    })
    // A git that ended early has said why on stderr; the broken pipe adds nothing.
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
  })
}
