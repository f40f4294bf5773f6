import type { Deployment } from '../domain/deployment.ts'
import type { ApprovalRule } from '../domain/gate.ts'
import { unknownActor } from '../domain/intent.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import type { ApprovalFacts } from '../policy/gates/approval.ts'
import { type Brought, broughtBy } from './brought-by.ts'
import type { Passing } from './gates.ts'
import { lastSuccess } from './running.ts'

/** What people said of a deployment and whose change it is; the latter only where a rule asks. */
export async function approvalFacts(
  { deployment, ports }: Passing,
  rules: readonly ApprovalRule[],
): Promise<Pick<ApprovalFacts, 'votes' | 'authors' | 'lastPusher' | 'untold'>> {
  if (rules.length === 0) return { votes: [], authors: [] }
  const said = await ports.store.verdicts.of(deployment.id)
  const votes = said.filter(({ verdict }) => verdict !== 'cancel')
  if (!rules.some(({ notAuthor }) => notAuthor)) return { votes, authors: [] }
  const [authors, lastPusher] = await Promise.all([authorsOf({ deployment, ports }), lastPusherOf({ deployment, ports })])
  if (deployment.branch === undefined && lastPusher === undefined) return { votes, authors, untold: untoldTag(deployment) }
  return { votes, authors, ...(lastPusher !== undefined && { lastPusher }) }
}

const untoldTag = ({ environment, revision = '' }: Deployment): string =>
  `nobody yet, as GitHub did not tell who pushed the tag. Whoever writes \`/deploy ${environment} ${shortSha(revision)}\` answers for it; others may approve then`

/**
 * Who moved the branch to the commit; of a tag, whose pushes GitHub does not list, who first wanted the commit in this environment. Of
 * a tag that was only found there that is who named its commit, or whom a webhook named that came late.
 */
async function lastPusherOf({ deployment, ports }: Passing): Promise<string | undefined> {
  const { repository, environment, branch, revision = '' } = deployment
  if (branch !== undefined) return (await ports.github.moves(repository, branch)).find(({ after }) => after === revision)?.by
  const concerning = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  for (const { actor, intent } of concerning.filter((one) => one.kind === 'deploy' && one.revision === revision).toReversed()) {
    const who = actor === unknownActor ? (await ports.store.intents.read(intent))?.actor : actor
    if (who !== undefined && who !== unknownActor) return who
  }
  return undefined
}

/**
 * Logins and addresses of all whose change the deployment would bring: of every commit since the one that runs, and of the pull request it
 * came through; and who brought these commits, whatever they say of their authors.
 */
async function authorsOf({ deployment, ports }: Passing): Promise<string[]> {
  const { repository, environment, branch, revision = '', pullRequest } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.revision
  const [changes, own, through] = await Promise.all([
    running === undefined ? undefined : ports.github.changes(repository, running, revision),
    ports.github.commitAt(repository, revision),
    pullRequest === undefined ? undefined : ports.github.pullRequest(repository, pullRequest),
  ])
  const commits = [...(changes?.commits ?? []), ...(own ? [own] : [])]
  const { people, merges } = branch === undefined ? nobody : await broughtBy(repository, branch, commits, ports.github)
  const written = commits.filter(({ sha }) => !merges.has(sha))
  const named = written.flatMap(({ author, coAuthors }) => [...(author === undefined ? [] : [author]), ...coAuthors])
  return [...new Set([...named, ...(through ? [through.author] : []), ...people])]
}

const nobody: Brought = { people: [], merges: new Set() }
