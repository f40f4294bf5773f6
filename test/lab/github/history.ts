import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git, Person } from './git.ts'

/** A commit as git stores it. Dates are ISO 8601. */
export interface Commit {
  sha: string
  tree: string
  parents: string[]
  author: Person & { date: string }
  committer: Person & { date: string }
  message: string
}

export interface FileChange {
  path: string
  /** Of a renamed file. */
  previousPath?: string
  status: 'added' | 'removed' | 'modified' | 'renamed'
  /** Blob id after the change, or before it where the file is gone. */
  blob: string
  additions: number
  deletions: number
}

const fields = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00')

/** Commits of a range (`main`, `a..b`), newest first; at most `limit`. */
export async function commits(git: Git, range: string, limit: number, paths: string[] = []): Promise<Commit[]> {
  // NUL cannot stand in an argument, and messages hold anything else: git writes the separators itself.
  const text = (await git.bytes(['log', '-z', `--max-count=${limit}`, `--format=${fields}`, range, '--', ...paths])).toString('utf8')
  const parts = text.split('\0')
  const found: Commit[] = []
  for (let i = 0; i + 9 < parts.length; i += 10) {
    const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = parts.slice(i, i + 10)
    found.push({
      sha,
      tree,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
      message: message.trimEnd(),
    })
  }
  return found
}

export async function commitOf(git: Git, sha: string): Promise<Commit> {
  const [found] = await commits(git, sha, 1)
  if (!found) throw new Error(`no commit ${sha}`)
  return found
}

/**
 * Files that differ between two commits; `before` undefined means from nothing. GitHub's comparisons know a moved file again,
 * its pushes tell a removal and an addition.
 */
export async function changes(git: Git, before: string | undefined, after: string, renames = false): Promise<FileChange[]> {
  const base = before ?? (await git.run(['hash-object', '-t', 'tree', '/dev/null']))
  const found = renames ? '--find-renames' : '--no-renames'
  const output = (await git.bytes(['diff-tree', '-r', '-z', found, '--raw', '--numstat', base, after])).toString('utf8')
  return parsedChanges(output.split('\0'))
}

/** First a record of each file with its path, or two of a renamed one; then its numbers, with its paths apart if it was renamed. */
function parsedChanges(parts: string[]): FileChange[] {
  const found = new Map<string, FileChange>()
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] ?? ''
    if (part.startsWith(':')) {
      const [, , old = '', blob = '', letter = ''] = part.split(' ')
      const status = letters[letter.charAt(0)] ?? 'modified'
      const previousPath = status === 'renamed' ? (parts[++i] ?? '') : undefined
      const path = parts[++i] ?? ''
      const counts = { additions: 0, deletions: 0 }
      found.set(path, {
        path,
        ...(previousPath !== undefined && { previousPath }),
        status,
        blob: status === 'removed' ? old : blob,
        ...counts,
      })
    } else {
      // Binary files count as "-".
      const [, added, removed, named] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(part) ?? []
      if (named === undefined) continue
      if (named === '') i += 2
      const change = found.get(named === '' ? (parts[i] ?? '') : named)
      if (change) Object.assign(change, { additions: Number(added) || 0, deletions: Number(removed) || 0 })
    }
  }
  return [...found.values()]
}

const letters: Record<string, FileChange['status']> = { A: 'added', D: 'removed', R: 'renamed' }

/** How many commits each side has that the other has not. */
export async function divergence(git: Git, base: string, head: string): Promise<{ behind: number; ahead: number }> {
  const [behind, ahead] = (await git.run(['rev-list', '--left-right', '--count', `${base}...${head}`])).split('\t')
  return { behind: Number(behind), ahead: Number(ahead) }
}

export const isAncestor = (git: Git, older: string, newer: string): Promise<boolean> =>
  git.run(['merge-base', '--is-ancestor', older, newer]).then(
    () => true,
    () => false,
  )

export type MergeMethod = 'merge' | 'squash' | 'rebase'

interface Signed {
  author: Person
  committer: Person
  at: Date
}

export interface Merge extends Signed {
  base: string
  head: string
  method: MergeMethod
  message: string
}

export interface TreeCommit extends Signed {
  /** Tree, or anything that names one. */
  tree: string
  parents: string[]
  message: string
}

/** A commit of a tree that git has, without moving any ref. */
export const commitTree = (git: Git, { tree, parents, message, ...signed }: TreeCommit): Promise<string> =>
  git.run(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { env: identity(signed), input: message })

/**
 * The commit that GitHub's merge button makes, without moving any ref. Throws on a conflict.
 * merge: two parents; squash: one commit on base; rebase: each commit again on base, authors kept.
 */
export async function mergeCommit(git: Git, merge: Merge): Promise<string> {
  if (merge.method === 'rebase') return replay(git, merge, identity(merge))
  const [tree = ''] = (await git.run(['merge-tree', '--write-tree', merge.base, merge.head])).split('\n')
  const parents = merge.method === 'merge' ? [merge.base, merge.head] : [merge.base]
  return commitTree(git, { ...merge, tree, parents })
}

async function replay(git: Git, { base, head }: Merge, env: Record<string, string>): Promise<string> {
  const place = join(git.folder, 'replay')
  await git.run(['worktree', 'add', '--quiet', '--detach', place, base])
  try {
    const { GIT_COMMITTER_NAME = '', GIT_COMMITTER_EMAIL = '', GIT_COMMITTER_DATE = '' } = env
    await git.run(['-C', place, 'cherry-pick', '--allow-empty', `${base}..${head}`], {
      env: { GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL, GIT_COMMITTER_DATE },
    })
    return await git.run(['-C', place, 'rev-parse', 'HEAD'])
  } finally {
    await rm(place, { recursive: true, force: true })
    await git.run(['worktree', 'prune'])
  }
}

function identity({ author, committer, at }: Signed): Record<string, string> {
  const date = `${Math.floor(at.getTime() / 1000)} +0000`
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: date,
  }
}
