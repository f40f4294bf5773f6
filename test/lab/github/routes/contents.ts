import { createHmac, randomBytes } from 'node:crypto'
import { nodeId } from '../bodies/account.ts'
import { type Answer, notFound, ok, type RepositoryCall, type RepositoryRoutes, text } from '../call.ts'
import type { Repo } from '../world.ts'

/** Files of a repository: one, a folder, a tree, or all of them as a tarball. */
export const contentRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}/contents/{path}': {
    needs: ['contents:read'],
    async answer(call) {
      const { repo } = call
      const path = text(call, 'path').replace(/\/+$/, '')
      const sha = await repo.git.resolve(call.query.get('ref') ?? repo.defaultBranch)
      if (!sha) return notFound()
      // Addresses are those of the ref that was asked for, so that a folder is the same until something in it changes.
      const ref = call.query.get('ref') ?? repo.defaultBranch
      if (path === '') return ok((await entries(repo, `${sha}:`)).map((entry) => contentEntry(call, ref, entry.path, entry)))
      const [entry] = await entries(repo, sha, path)
      if (!entry) return notFound()
      if (entry.type === 'tree') {
        const inside = await entries(repo, `${sha}:${path}`)
        return ok(inside.map((one) => contentEntry(call, ref, `${path}/${one.path}`, one)))
      }
      return file(call, sha, path, entry)
    },
  },

  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const ref = text(call, 'tree_sha')
      const sha = await repo.git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{tree}`]).catch(() => undefined)
      if (!sha) return notFound()
      const api = `${world.url}/repos/${repo.fullName}/git`
      const all = await entries(repo, sha, undefined, call.query.has('recursive'))
      const tree = all.map(({ path, mode, type, sha: blob, size }) => {
        return { path, mode, type, sha: blob, url: `${api}/${type}s/${blob}`, ...(size !== undefined && { size }) }
      })
      return ok({ sha, url: `${api}/trees/${sha}`, tree, truncated: false })
    },
  },

  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const sha = text(call, 'file_sha')
      const bytes = await repo.git.bytes(['cat-file', 'blob', sha]).catch(() => undefined)
      if (!bytes) return notFound()
      const url = `${world.url}/repos/${repo.fullName}/git/blobs/${sha}`
      return ok({ sha, node_id: nodeId('B', sha), size: bytes.length, url, content: base64(bytes), encoding: 'base64' })
    },
  },

  'GET /repos/{owner}/{repo}/tarball/{ref}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const ref = text(call, 'ref')
      const sha = await repo.git.resolve(ref === '' ? repo.defaultBranch : ref)
      if (!sha) return notFound()
      const until = world.now().getTime() + 5 * 60_000
      const location = `${world.url}/codeload/${repo.fullName}/legacy.tar.gz/${sha}?token=${until}-${seal(repo, sha, until)}`
      return { status: 302, headers: { location } }
    },
  },
}

/**
 * What the address behind a tarball answers: a gzipped tar under one top folder `owner-repo-abcdef0`. Nobody logs
 * in here; the short-lived token in the address is the proof.
 */
export async function download(repo: Repo, sha: string, token: string, now: Date): Promise<Answer> {
  const [until = '', sealed = ''] = token.split('-')
  if (Number(until) < now.getTime() || sealed !== seal(repo, sha, Number(until))) return notFound()
  const top = `${repo.owner.login}-${repo.name}-${sha.slice(0, 7)}`
  const bytes = await repo.git.bytes(['archive', '--format=tar.gz', `--prefix=${top}/`, sha])
  const headers = { 'content-disposition': `attachment; filename=${top}.tar.gz` }
  return { status: 200, type: 'application/x-gzip', body: bytes, headers }
}

const key = randomBytes(32)
const seal = (repo: Repo, sha: string, until: number) => createHmac('sha256', key).update(`${repo.id} ${sha} ${until}`).digest('hex')

interface Entry {
  path: string
  mode: string
  type: string
  sha: string
  /** Bytes; absent for folders. */
  size?: number
}

async function entries(repo: Repo, treeish: string, path?: string, recursive = false): Promise<Entry[]> {
  const args = ['ls-tree', '-z', '--long', ...(recursive ? ['-r', '-t'] : []), treeish, ...(path === undefined ? [] : ['--', path])]
  const output = (await repo.git.bytes(args).catch(() => Buffer.alloc(0))).toString('utf8')
  return output.split('\0').flatMap((line) => {
    const [, mode, type, sha, size, name] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? []
    if (mode === undefined || type === undefined || sha === undefined || name === undefined) return []
    return [{ path: name, mode, type, sha, ...(size !== '-' && { size: Number(size) }) }]
  })
}

/** Above this GitHub's JSON form leaves the content out. */
const largest = 1024 * 1024

async function file(call: RepositoryCall, sha: string, path: string, entry: Entry): Promise<Answer> {
  const bytes = await call.repo.git.bytes(['cat-file', 'blob', entry.sha])
  if (/application\/vnd\.github\.(v3\.)?raw/.test(call.accept)) {
    return { status: 200, type: 'application/vnd.github.raw+json; charset=utf-8', body: bytes }
  }
  const described = contentEntry(call, sha, path, entry)
  if (described.type === 'symlink') return ok({ ...described, target: bytes.toString('utf8') })
  const small = bytes.length <= largest
  return ok({ ...described, content: small ? base64(bytes) : '', encoding: small ? 'base64' : 'none' })
}

function contentEntry({ world, repo }: RepositoryCall, ref: string, path: string, entry: Entry) {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const self = `${world.url}/repos/${repo.fullName}/contents/${encoded}?ref=${ref}`
  const git = `${world.url}/repos/${repo.fullName}/git/${entry.type}s/${entry.sha}`
  const html = `${world.url}/${repo.fullName}/blob/${ref}/${encoded}`
  const type = entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : 'file'
  return {
    type,
    name: path.split('/').at(-1) ?? path,
    path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === 'dir' ? null : `${world.url}/${repo.fullName}/raw/${ref}/${encoded}`,
    _links: { self, git, html },
  }
}

/** As GitHub wraps it: 60 characters to a line. */
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{1,60}/g, '$&\n')
