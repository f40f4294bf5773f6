import { z } from 'zod'
import { nodeId } from '../bodies/account.ts'
import { gitCommitBody } from '../bodies/commit.ts'
import { signatureOf } from '../branches.ts'
import { created, notFound, ok, type RepositoryCall, type RepositoryRoutes, refused, text } from '../call.ts'
import { changes, commitOf, commitTree } from '../history.ts'
import { moved } from '../moves.ts'
import { nothing } from '../payloads.ts'
import { bot, type Repo } from '../world.ts'
import { refsUnder } from './branches.ts'

const newCommit = z.object({ message: z.string(), tree: z.string(), parents: z.array(z.string()).default([]) })
const newRef = z.object({ ref: z.string(), sha: z.string() })

/** Commits and branches made out of what git has already, without a file being sent. */
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
