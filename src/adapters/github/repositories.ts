import { Readable } from 'node:stream'
import { z } from 'zod'
import { fullName, type Repository } from '../../domain/repository.ts'
import type { FolderEntry, GitHub, InstalledRepository, Log, Role } from '../../flow/ports.ts'
import { absentOrForbidden, orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import { subjectOf } from './message.ts'
import { readTarball, rememberSnapshots } from './snapshot.ts'

/** No repository; an empty one; no branch of that name. */
const noSuchCommit = [404, 409, 422]
const folderListing = z.array(z.object({ type: z.string(), name: z.string() }))
const roles = z.enum(['none', 'read', 'triage', 'write', 'maintain', 'admin'])

type Repositories = Pick<GitHub, 'snapshot' | 'file' | 'folder' | 'head' | 'pullRequestOf' | 'role' | 'isMember' | 'repositories'>

/** What repositories hold, who may do what there, and which there are. */
export function repositories(clients: GitHubClients, log: Log): Repositories {
  const known = new Map<string, Repository>()
  const snapshots = rememberSnapshots(async (key, revision) => {
    const repository = known.get(key)
    if (!repository) throw new Error(`no installation is known for ${key}`)
    const { request, streamed, place } = clients.of(repository)
    const answer = await request('GET /repos/{owner}/{repo}/tarball/{ref}', {
      ...place,
      ref: revision,
      request: { fetch: streamed, parseSuccessResponseBody: false },
    })
    const body = z.instanceof(ReadableStream).parse(answer.data)
    return readTarball(revision, Readable.fromWeb(body))
  })

  return {
    snapshot(repository, revision) {
      known.set(fullName(repository), repository)
      return snapshots(fullName(repository), revision)
    },

    async file(repository, path, ref) {
      const { rest, place } = clients.of(repository)
      return orUndefined(async () => {
        const answer = await rest.repos.getContent({ ...place, path, ...(ref !== undefined && { ref }), mediaType: { format: 'raw' } })
        return z.string().parse(answer.data)
      })
    },

    async folder(repository, path, ref) {
      const { rest, place } = clients.of(repository)
      const found = await orUndefined(() => rest.repos.getContent({ ...place, path, ...(ref !== undefined && { ref }) }))
      // Of a file it is that file, of a folder a list.
      const entries = folderListing.safeParse(found?.data).data ?? []
      const kinds: Record<string, FolderEntry['kind']> = { file: 'file', dir: 'folder' }
      return entries.flatMap(({ type, name }) => (kinds[type] === undefined ? [] : [{ kind: kinds[type], name }]))
    },

    async head(repository, branch) {
      const { rest, place } = clients.of(repository)
      return orUndefined(async () => {
        const { data } = await rest.repos.getCommit({ ...place, ref: `heads/${branch}`, per_page: 1 })
        const author = data.author?.login ?? data.commit.author?.name ?? 'unknown'
        return { sha: data.sha, subject: subjectOf(data.commit.message), author }
      }, noSuchCommit)
    },

    async pullRequestOf(repository, revision) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.repos.listPullRequestsAssociatedWithCommit({ ...place, commit_sha: revision, per_page: 10 })
      return data.find((pull) => pull.merged_at !== null)?.number
    },

    async role(repository, person): Promise<Role> {
      const { rest, place } = clients.of(repository)
      const found = await orUndefined(() => rest.repos.getCollaboratorPermissionLevel({ ...place, username: person }))
      // `permission` folds maintain into write and triage into read; only role_name is exact. Custom roles fold.
      const exact = roles.safeParse(found?.data.role_name)
      return exact.success ? exact.data : (roles.safeParse(found?.data.permission).data ?? 'none')
    },

    async isMember(repository, team, person) {
      const { rest, place } = clients.of(repository)
      const asked = { org: place.owner, team_slug: team, username: person }
      const found = await orUndefined(() => rest.teams.getMembershipForUserInOrg(asked), absentOrForbidden)
      return found?.data.state === 'active'
    },

    async repositories() {
      const { rest, paginate } = clients.app
      const installations = await paginate(rest.apps.listInstallations, { per_page: 100 })
      const active = installations.filter((one) => one.suspended_at === null)
      const found = await Promise.allSettled(active.map(({ id }) => repositoriesOf(id, clients)))
      const failed = found.filter((one) => one.status === 'rejected')
      if (failed[0] && failed.length === found.length) throw failed[0].reason
      // One that was suspended meanwhile, or lets only some addresses in, does not hide the others.
      for (const { reason } of failed) log.warn('repositories of an installation could not be listed', { error: reason })
      return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    },
  }
}

async function repositoriesOf(installation: number, clients: GitHubClients): Promise<InstalledRepository[]> {
  const { rest, paginate } = clients.installation(installation)
  const found = await paginate(rest.apps.listReposAccessibleToInstallation, { per_page: 100 })
  return found.map(({ owner, name, default_branch }) => ({
    repository: { owner: owner.login, name, installation },
    defaultBranch: default_branch,
  }))
}
