import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { nodeId } from '../bodies/account.ts'
import { gitCommitBody } from '../bodies/commit.ts'
import { signatureOf } from '../branches.ts'
import { created, notFound, ok, type RepositoryCall, type RepositoryRoutes, refused, text } from '../call.ts'
import { changes, commitOf, commitTree, isAncestor } from '../history.ts'
import { moved } from '../moves.ts'
import { nothing } from '../payloads.ts'
import { bot, type Repo } from '../world.ts'
import { refsUnder } from './branches.ts'

const newCommit = z.object({ message: z.string(), tree: z.string(), parents: z.array(z.string()).default([]) })
const newTree = z.object({
  base_tree: z.string(),
  tree: z.array(z.object({ path: z.string(), mode: z.literal('100644'), type: z.literal('blob'), content: z.string() })),
})
const movedRef = z.object({ sha: z.string(), force: z.literal(false) })
const newRef = z.object({ ref: z.string(), sha: z.string() })

/** Trees of a few files sent, and commits and branches made out of what git has. */
export const gitDataRoutes: RepositoryRoutes = {
  'POST /repos/{owner}/{repo}/git/commits': {
    needs: ['contents:write'],
    async answer(call) {
      const { world, repo } = call
      const { message, tree, parents } = newCommit.parse(call.body)
      const kinds = await Promise.all(parents.map((parent) => kindOf(repo, parent)))
      if ((await kindOf(repo, tree)) !== 'tree') return refused(422, 'Tree SHA does not exist')
      if (kinds.some((kind) => kind !== 'commit')) return refused(422, 'Parent SHA does not exist or is not a commit object')
      const author = signatureOf(bot(world))
      const sha = await commitTree(repo.git, { tree, parents, message, author, committer: author, at: world.now() })
      return created(gitCommitBody(world, repo, await commitOf(repo.git, sha)))
    },
  },

  'POST /repos/{owner}/{repo}/git/trees': {
    needs: ['contents:write'],
    async answer({ world, repo, body }) {
      const { base_tree: base, tree: sent } = newTree.parse(body)
      if ((await kindOf(repo, base)) !== 'tree') return refused(422, 'base_tree is not a valid tree oid')
      const sha = await treeWith(repo, base, sent)
      const api = `${world.url}/repos/${repo.fullName}/git`
      const listed = (await repo.git.run(['ls-tree', sha])).split('\n').map((line) => {
        const [, mode = '', type = '', blob = '', path = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line) ?? []
        return { path, mode, type, sha: blob, url: `${api}/${type}s/${blob}` }
      })
      return created({ sha, url: `${api}/trees/${sha}`, tree: listed, truncated: false })
    },
  },

  'PATCH /repos/{owner}/{repo}/git/refs/{ref}': {
    needs: ['contents:write'],
    async answer(call) {
      const { world, repo } = call
      const { sha } = movedRef.parse(call.body)
      const ref = `refs/${text(call, 'ref')}`
      const before = await repo.git.resolve(ref)
      if (!before) return refused(422, 'Reference does not exist')
      if (!(await isAncestor(repo.git, before, sha))) return refused(422, 'Update is not a fast forward')
      await repo.git.run(['update-ref', ref, sha, before])
      call.announce(await moved(call, ref.replace('refs/heads/', ''), before, sha, bot(world)))
      const [shown] = await refsUnder(call, ref)
      return ok(shown)
    },
  },

  'GET /repos/{owner}/{repo}/git/tags/{tag_sha}': {
    needs: ['contents:read'],
    async answer(call) {
      const sha = text(call, 'tag_sha')
      if ((await kindOf(call.repo, sha)) !== 'tag') return notFound()
      return ok(await tagBody(call, sha))
    },
  },

  'POST /repos/{owner}/{repo}/git/refs': {
    needs: ['contents:write'],
    async answer(call) {
      const { world, repo } = call
      const { ref, sha } = newRef.parse(call.body)
      const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
      if (branch === undefined) throw new Error(`the stand-in makes branches only, not ${ref}`)
      if ((await kindOf(repo, sha)) !== 'commit') return refused(422, 'Object does not exist')
      if (await repo.git.resolve(ref)) return refused(422, 'Reference already exists')
      if (!call.may(['workflows:write']) && (await changesWorkflows(repo, sha))) {
        return refused(403, 'Resource not accessible by integration')
      }
      const made = await repo.git.run(['update-ref', ref, sha, nothing]).catch(() => undefined)
      if (made === undefined) return refused(422, 'Reference update failed')
      call.announce(await moved(call, branch, nothing, sha, bot(world)))
      const [shown] = await refsUnder(call, ref)
      return created(shown)
    },
  },
}

/** The tree with these files in it, made in an index of its own. */
async function treeWith(repo: Repo, base: string, sent: readonly { path: string; content: string }[]): Promise<string> {
  const env = { GIT_INDEX_FILE: join(repo.git.folder, `index-${randomUUID()}`) }
  await repo.git.run(['read-tree', base], { env })
  for (const { path, content } of sent) {
    const blob = await repo.git.run(['hash-object', '-w', '--stdin'], { input: content })
    await repo.git.run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env })
  }
  const tree = await repo.git.run(['write-tree'], { env })
  await rm(env.GIT_INDEX_FILE, { force: true })
  return tree
}

/** An annotated tag. Its object may be another of its kind. */
async function tagBody({ world, repo }: RepositoryCall, sha: string) {
  const api = `${world.url}/repos/${repo.fullName}/git`
  const [head = '', ...message] = (await repo.git.run(['cat-file', '-p', sha])).split('\n\n')
  const said = Object.fromEntries(head.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]))
  const [, name = '', email = '', seconds = ''] = /^(.*) <(.*)> (\d+)/.exec(said.tagger ?? '') ?? []
  return {
    node_id: nodeId('TAG', `${repo.id}_${sha}`),
    tag: said.tag,
    sha,
    url: `${api}/tags/${sha}`,
    message: message.join('\n\n'),
    tagger: { date: new Date(Number(seconds) * 1000).toISOString(), email, name },
    object: { type: said.type, sha: said.object, url: `${api}/${said.type}s/${said.object}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}

/** `commit`, `tree` and so on; undefined for what is no full id of anything there is. */
async function kindOf(repo: Repo, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined
  return repo.git.run(['cat-file', '-t', sha]).catch(() => undefined)
}

async function changesWorkflows(repo: Repo, sha: string): Promise<boolean> {
  const { parents } = await commitOf(repo.git, sha)
  return (await changes(repo.git, parents[0], sha)).some(({ path }) => path.startsWith('.github/workflows/'))
}
