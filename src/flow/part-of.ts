import { follows, type SourceRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { type Repository, type Sha, shortSha } from '../domain/repository.ts'
import type { Ports } from './ports.ts'

/**
 * Whether a commit is part of what an environment follows now: what nobody merged is not, nor what a branch was moved away from. A commit
 * of a fork is found in the repository by its number, and is no part of any of its branches.
 */
export async function isPartOf(
  source: SourceRule,
  commit: Sha,
  repository: Repository,
  { github }: Pick<Ports, 'github'>,
): Promise<boolean> {
  if (source.kind === 'branch') {
    const head = await github.head(repository, source.branch)
    if (head === undefined || head.sha === commit) return head !== undefined
    return (await github.changes(repository, commit, head.sha))?.status === 'ahead'
  }
  const tags = await github.tags(repository, source.pattern.split('*')[0] ?? '')
  const followed = tags.filter(({ name }) => follows(source, `refs/tags/${name}`))
  // Of a tag with a message the object is not the commit.
  if (followed.some(({ object }) => object === commit)) return true
  const peeled = await Promise.all(followed.slice(-20).map(({ name }) => github.commitAt(repository, `tags/${name}`)))
  return peeled.some((one) => one?.sha === commit)
}

/** Why a deployment's commit may not be deployed any more: what it came from was moved away from it. Undefined where it may. */
export async function movedAway(
  { repository, environment, revision = '' }: Pick<Deployment, 'repository' | 'environment' | 'revision'>,
  source: SourceRule,
  ports: Pick<Ports, 'github'>,
): Promise<Reason | undefined> {
  if (await isPartOf(source, revision, repository, ports)) return undefined
  return reason('commit-not-followed', { environment, source: sourceText(source), commit: shortSha(revision) })
}

/** `branch main` */
export const sourceText = (source: SourceRule): string =>
  source.kind === 'branch' ? `branch ${source.branch}` : `any tag that matches ${source.pattern}`
