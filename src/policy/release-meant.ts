import type { RollbackTo } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import { shortSha } from '../domain/repository.ts'

/**
 * The verified release somebody names: by a commit's beginning, by the tag or the pull request that brought it, or by its generation. Of several
 * the newest.
 *
 * @param history deployments of one environment, newest first
 */
export const releaseMeant = (history: Deployment[], to: RollbackTo): Deployment | undefined =>
  history.filter(isRelease).find((release) => isMeant(release, to))

function isMeant({ revision, tag, pullRequest, plan }: Deployment, to: RollbackTo): boolean {
  switch (to.kind) {
    case 'commit':
      return revision?.startsWith(to.revision) ?? false
    case 'tag':
      return tag === to.name
    case 'pull-request':
      return pullRequest === to.number
    case 'generation':
      return plan?.generation === to.generation
  }
}

/** Names of the newest releases, for people to choose from. */
export function releasesKnown(history: Deployment[]): string {
  const names = history.filter(isRelease).map(({ revision = '', tag, pullRequest, plan }) => {
    const more = [tag, pullRequest !== undefined && `#${pullRequest}`, plan && `generation ${plan.generation}`].filter(Boolean)
    return `${shortSha(revision)}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
  })
  return [...new Set(names)].slice(0, 5).join(', ') || 'none'
}

/** Only what was deployed and verified is a release; a rollback brings back one that was. */
const isRelease = ({ kind, state, revision }: Deployment): boolean => kind === 'deploy' && state === 'succeeded' && revision !== undefined
