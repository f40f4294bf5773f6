import type { Octokit } from '@octokit/rest'
import type { Sha } from '../../domain/repository.ts'
import type { Changes, CommitDetails, GitHubHistory } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import { coAuthorsIn, subjectOf } from './message.ts'
import { moves } from './moves.ts'
import { tags } from './tags.ts'

/** No repository; an empty one; no commit of that name. */
const noSuchCommit = [404, 409, 422]

/** GitHub lists no more files of a comparison. */
const mostFiles = 300

/** Commits, and what leads from one to another. */
export function history(clients: GitHubClients): GitHubHistory {
  return {
    ...moves(clients),
    ...tags(clients),

    async commitAt(repository, ref) {
      const { rest, place } = clients.of(repository)
      // Of the files, which nobody here looks at, only one.
      const found = await orUndefined(() => rest.repos.getCommit({ ...place, ref, per_page: 1 }), noSuchCommit)
      return found && detailsOf(found.data)
    },

    async changes(repository, base, head) {
      const { rest, place } = clients.of(repository)
      // Without paging: all in one answer, which is the newest 250 commits and at most 300 files.
      const found = await orUndefined(
        () => rest.repos.compareCommitsWithBasehead({ ...place, basehead: `${base}...${head}` }),
        noSuchCommit,
      )
      if (!found) return undefined
      const { status, ahead_by: ahead, behind_by: behind, merge_base_commit, commits, files = [] } = found.data
      return {
        status,
        ahead,
        behind,
        mergeBase: merge_base_commit.sha,
        commits: commits.map(detailsOf),
        files: files.map(({ filename, previous_filename }) => ({
          path: filename,
          ...(previous_filename !== undefined && { previousPath: previous_filename }),
        })),
        truncated: files.length >= mostFiles,
      } satisfies Changes
    },

    async differences(repository, one, other) {
      const { rest, place } = clients.of(repository)
      const filesOf = async (commit: Sha): Promise<Map<string, string> | undefined> => {
        const found = await orUndefined(() => rest.git.getTree({ ...place, tree_sha: commit, recursive: '1' }), noSuchCommit)
        if (!found || found.data.truncated) return undefined
        return new Map(found.data.tree.flatMap(({ path, mode, sha, type }) => (type === 'tree' ? [] : [[path, `${mode} ${sha}`]])))
      }
      const [before, after] = await Promise.all([filesOf(one), filesOf(other)])
      if (!before || !after) return undefined
      return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path))
    },
  }
}

type Shown = Awaited<ReturnType<Octokit['rest']['repos']['getCommit']>>['data']

export function detailsOf({ sha, commit, parents, author, committer }: Shown): CommitDetails {
  return {
    sha,
    tree: commit.tree.sha,
    parents: parents.map((parent) => parent.sha),
    subject: subjectOf(commit.message),
    ...(author?.login && { author: author.login }),
    ...(committer?.login && { committer: committer.login }),
    coAuthors: coAuthorsIn(commit.message),
  }
}
