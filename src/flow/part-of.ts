import { follows, type SourceRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { shortSha } from '../domain/repository.ts'
import type { Ports } from './ports.ts'

/** Tags of which the commit is asked for side by side. */
const atOnce = 8

/** What is to be deployed, and by which tag it came, where that is known. */
type Came = Pick<Deployment, 'repository' | 'revision' | 'tag'>

/**
 * Whether a commit is part of what an environment follows now: what nobody merged is not, nor what a branch was moved away from. A commit
 * of a fork is found in the repository by its number, and is no part of any of its branches.
 */
async function isPartOf(source: SourceRule, { repository, revision = '', tag }: Came, { github }: Pick<Ports, 'github'>): Promise<boolean> {
  if (source.kind === 'branch') {
    const head = await github.head(repository, source.branch)
    if (head === undefined || head.sha === revision) return head !== undefined
    return (await github.changes(repository, revision, head.sha))?.status === 'ahead'
  }
  const all = await github.tags(repository, source.pattern.split('*')[0] ?? '')
  const followed = all.filter(({ name }) => follows(source, `refs/tags/${name}`))
  // Of a tag with a message the object is not the commit.
  if (followed.some(({ object }) => object === revision)) return true
  const annotated = followed.filter((one) => one.annotated)
  const own = annotated.find(({ name }) => name === tag)
  if (own && (await github.commitOfTag(repository, own.object)) === revision) return true
  // Releases are mostly called so that the newest comes last.
  const others = annotated.filter((one) => one !== own).toReversed()
  for (let from = 0; from < others.length; from += atOnce) {
    const asked = others.slice(from, from + atOnce).map(({ object }) => github.commitOfTag(repository, object))
    if ((await Promise.all(asked)).includes(revision)) return true
  }
  return false
}

/** Why a deployment's commit may not be deployed any more: what it came from was moved away from it. Undefined where it may. */
export async function movedAway(
  wanted: Came & Pick<Deployment, 'environment'>,
  source: SourceRule,
  ports: Pick<Ports, 'github'>,
): Promise<Reason | undefined> {
  if (await isPartOf(source, wanted, ports)) return undefined
  const { environment, revision = '' } = wanted
  return reason('commit-not-followed', { environment, source: sourceText(source), commit: shortSha(revision) })
}

/** `branch main` */
export const sourceText = (source: SourceRule): string =>
  source.kind === 'branch' ? `branch ${source.branch}` : `any tag that matches ${source.pattern}`
