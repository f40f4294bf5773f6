import type { Aimed } from '../domain/command.ts'
import type { EnvironmentRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Repository } from '../domain/repository.ts'
import { suggest } from '../domain/suggest.ts'
import type { CommandedThere } from './commanded.ts'
import { movedAway, sourceText } from './part-of.ts'
import type { CommitDetails, Ports } from './ports.ts'
import { answering, newDeployment, refuseCommand, settle } from './settle.ts'

/**
 * `/deploy`: the newest commit of what the environment follows, or the one named, as long as that is part of it: a commit that nobody
 * merged is not deployed by its number, nor by a tag. Every gate holds for it as for a push.
 */
export async function deployCommit(command: Aimed<'deploy'>, commanded: CommandedThere): Promise<void> {
  const { intent, file, ports } = commanded
  const rule = file.environments[command.environment]
  if (!rule) throw new Error(`${command.environment} is not in the file it was found in`)
  const found = await commitMeant(command, rule, intent.repository, ports)
  if (found.kind === 'refused') return refuseCommand(intent, found.reason, ports)
  const made = await bringing(found.commit, rule, command.again ? 'deliberate' : 'person', commanded)
  await settle(intent, [{ ...made, ...(command.tag !== undefined && { tag: command.tag }) }], ports)
}

/** A deployment of a commit that somebody named. */
export async function bringing(
  { sha, subject, author }: CommitDetails,
  { name, source }: EnvironmentRule,
  asked: NonNullable<Deployment['asked']>,
  { intent, file, ports }: CommandedThere,
): Promise<Deployment> {
  const through = await ports.github.pullRequestOf(intent.repository, sha)
  return {
    ...newDeployment(intent, file.project, name, ports),
    ...{ kind: 'deploy', revision: sha, subject, asked, ...answering(intent) },
    ...(author !== undefined && { author }),
    ...(source.kind === 'branch' && { branch: source.branch }),
    ...(through !== undefined && { pullRequest: through }),
  }
}

type Meant = { kind: 'found'; commit: CommitDetails } | { kind: 'refused'; reason: Reason }

async function commitMeant(
  { environment, revision, tag }: Aimed<'deploy'>,
  { source }: EnvironmentRule,
  repository: Repository,
  ports: Ports,
): Promise<Meant> {
  const refused = (why: Reason): Meant => ({ kind: 'refused', reason: why })
  const newest = source.kind === 'branch' ? `heads/${source.branch}` : undefined
  const wanted = tag === undefined ? (revision ?? newest) : `tags/${tag}`
  if (wanted === undefined) return refused(reason('commit-not-named', { environment, source: sourceText(source) }))
  const commit = await ports.github.commitAt(repository, wanted)
  if (!commit && tag !== undefined) return refused(await tagUnknown(tag, repository, ports))
  // A branch may be called like the beginning of a commit.
  if (!commit || (revision !== undefined && !commit.sha.startsWith(revision)))
    return refused(reason('commit-unknown', { environment, source: sourceText(source), revision: wanted }))
  const came = { repository, environment, revision: commit.sha, ...(tag !== undefined && { tag }) }
  const away = wanted === newest ? undefined : await movedAway(came, source, ports)
  return away ? refused(away) : { kind: 'found', commit }
}

/** Why a tag cannot be meant that there is none of, with the one that probably is. */
export async function tagUnknown(tag: string, repository: Repository, { github }: Pick<Ports, 'github'>): Promise<Reason> {
  const alike = await github.tags(repository, tag.slice(0, 1))
  const meant = suggest(
    tag,
    alike.map(({ name }) => name),
  )
  return reason('tag-unknown', { tag, ...(meant !== undefined && { meant }) })
}
