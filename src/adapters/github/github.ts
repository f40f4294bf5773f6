import { Readable } from 'node:stream'
import { z } from 'zod'
import { fullName, type Repository } from '../../domain/repository.ts'
import type { GitHub, Role } from '../../flow/ports.ts'
import type { RestClient } from './app.ts'
import { readTarball, rememberSnapshots } from './snapshot.ts'

const notFound = z.object({ status: z.literal(404) })
const roles = z.enum(['none', 'read', 'triage', 'write', 'maintain', 'admin'])

/** ports.GitHub over the REST API, each call as the repository's installation. */
export function createGitHub(client: (installation: number) => Promise<RestClient>): GitHub {
  const at = async (repository: Repository) => ({
    rest: (await client(repository.installation)).rest,
    place: { owner: repository.owner, repo: repository.name },
  })

  const installations = new Map<string, Repository>()
  const snapshots = rememberSnapshots(async (key, revision) => {
    const repository = installations.get(key)
    if (!repository) throw new Error(`no installation is known for ${key}`)
    const octokit = await client(repository.installation)
    const answer = await octokit.request('GET /repos/{owner}/{repo}/tarball/{ref}', {
      owner: repository.owner,
      repo: repository.name,
      ref: revision,
      request: { parseSuccessResponseBody: false },
    })
    const body = z.instanceof(ReadableStream).parse(answer.data)
    return readTarball(revision, Readable.fromWeb(body))
  })

  return {
    snapshot(repository, revision) {
      installations.set(fullName(repository), repository)
      return snapshots(fullName(repository), revision)
    },

    async file(repository, path, ref) {
      const { rest, place } = await at(repository)
      return orUndefined(async () => {
        const answer = await rest.repos.getContent({ ...place, path, ...(ref !== undefined && { ref }), mediaType: { format: 'raw' } })
        return z.string().parse(answer.data)
      })
    },

    async head(repository, branch) {
      const { rest, place } = await at(repository)
      return orUndefined(async () => {
        const { data } = await rest.repos.getCommit({ ...place, ref: `heads/${branch}`, per_page: 1 })
        const author = data.author?.login ?? data.commit.author?.name ?? 'unknown'
        return { sha: data.sha, subject: subjectOf(data.commit.message), author }
      })
    },

    async pullRequestOf(repository, revision) {
      const { rest, place } = await at(repository)
      const { data } = await rest.repos.listPullRequestsAssociatedWithCommit({ ...place, commit_sha: revision, per_page: 10 })
      return data.find((pull) => pull.merged_at !== null)?.number
    },

    async role(repository, person): Promise<Role> {
      const { rest, place } = await at(repository)
      const found = await orUndefined(() => rest.repos.getCollaboratorPermissionLevel({ ...place, username: person }))
      // `permission` folds maintain into write and triage into read; only role_name is exact. Custom roles fold.
      const exact = roles.safeParse(found?.data.role_name)
      return exact.success ? exact.data : (roles.safeParse(found?.data.permission).data ?? 'none')
    },

    async react(repository, comment, reaction) {
      const { rest, place } = await at(repository)
      await rest.reactions.createForIssueComment({ ...place, comment_id: comment.id, content: reaction })
    },

    async comment(repository, issue, body) {
      const { rest, place } = await at(repository)
      return (await rest.issues.createComment({ ...place, issue_number: issue, body })).data.id
    },

    async editComment(repository, comment, body) {
      const { rest, place } = await at(repository)
      await rest.issues.updateComment({ ...place, comment_id: comment, body })
    },

    async setStatus(repository, status) {
      const { rest, place } = await at(repository)
      await rest.repos.createCommitStatus({
        ...place,
        sha: status.revision,
        context: status.context,
        state: status.state,
        description: status.description,
        ...(status.url && { target_url: status.url }),
      })
    },

    async createDeployment(repository, deployment) {
      const { rest, place } = await at(repository)
      const answer = await rest.repos.createDeployment({
        ...place,
        ref: deployment.revision,
        environment: deployment.environment,
        description: deployment.description,
        production_environment: deployment.production,
        transient_environment: deployment.transient,
        // GitHub would otherwise merge the default branch in, or refuse while a check is missing: Landfall's gates decide.
        auto_merge: false,
        required_contexts: [],
      })
      return z.object({ id: z.number() }).parse(answer.data).id
    },

    async setDeploymentStatus(repository, deployment, status) {
      const { rest, place } = await at(repository)
      await rest.repos.createDeploymentStatus({
        ...place,
        deployment_id: deployment,
        state: status.state,
        description: status.description,
        ...(status.logUrl && { log_url: status.logUrl }),
        ...(status.environmentUrl && { environment_url: status.environmentUrl }),
      })
    },
  }
}

/** A commit's first line; of GitHub's merge commits the pull request's title, which says more than its number. */
function subjectOf(message: string): string {
  const [first = '', , title] = message.split('\n', 3)
  return title && /^Merge pull request #\d+ from /.test(first) ? title : first
}

/** The API's 404 as an absent value; every other failure stays one. */
async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (notFound.safeParse(error).success) return undefined
    throw error
  }
}
