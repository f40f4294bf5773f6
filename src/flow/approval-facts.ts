import type { Deployment } from '../domain/deployment.ts'
import type { ApprovalRule } from '../domain/gate.ts'
import { unknownActor } from '../domain/intent.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import type { ApprovalFacts } from '../policy/gates/approval.ts'
import { type Brought, broughtBy } from './brought-by.ts'
import type { Passing } from './gates.ts'
import type { Changes } from './ports.ts'
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
  const [written, lastPusher] = await Promise.all([authorsOf({ deployment, ports }), lastPusherOf({ deployment, ports })])
  if (written.kind === 'unknown') return { votes, authors: [], untold: written.why }
  const { authors } = written
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
  // Who presses the merge button counts too: GitHub does not say who pushed what was merged, only who is named as its author.
  if (branch !== undefined) return (await ports.github.moves(repository, branch)).find(({ after }) => after === revision)?.by
  const concerning = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  for (const { actor, intent } of concerning.filter((one) => one.kind === 'deploy' && one.revision === revision).toReversed()) {
    const who = actor === unknownActor ? (await ports.store.intents.read(intent))?.actor : actor
    if (who !== undefined && who !== unknownActor) return who
  }
  return undefined
}

/** `unknown` says why, for people. */
type Written = { kind: 'known'; authors: string[] } | { kind: 'unknown'; why: string }

/**
 * Logins and addresses of all whose change the deployment would bring: of every commit since the one that runs, and of the pull request it
 * came through; and who brought these commits, whatever they say of their authors. Of commits that GitHub does not list any of these may
 * be the author.
 */
async function authorsOf({ deployment, ports }: Passing): Promise<Written> {
  const { repository, environment, branch, revision = '', pullRequest } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.revision
  const [changes, own, through] = await Promise.all([
    running === undefined ? undefined : ports.github.changes(repository, running, revision),
    ports.github.commitAt(repository, revision),
    pullRequest === undefined ? undefined : ports.github.pullRequest(repository, pullRequest),
  ])
  const why = running === undefined ? undefined : notListed(changes, environment)
  if (why !== undefined) return { kind: 'unknown', why }
  const commits = [...(changes?.commits ?? []), ...(own ? [own] : [])]
  const { people, merges } = branch === undefined ? nobody : await broughtBy(repository, branch, commits, ports.github)
  const written = commits.filter(({ sha }) => !merges.has(sha))
  const named = written.flatMap(({ author, coAuthors }) => [...(author === undefined ? [] : [author]), ...coAuthors])
  return { kind: 'known', authors: [...new Set([...named, ...(through ? [through.author] : []), ...people])] }
}

/** Why not every commit between what runs and what would run is known; undefined where each is. */
function notListed(changes: Changes | undefined, environment: string): string | undefined {
  if (!changes) return 'nobody, as GitHub does not tell what lies between this commit and the one that runs'
  const { ahead, commits } = changes
  if (ahead <= commits.length) return undefined
  return `nobody, as this brings ${ahead} commits and GitHub tells who wrote the newest ${commits.length}; bring one from between first, with \`/deploy ${environment} COMMIT\``
}

const nobody: Brought = { people: [], merges: new Set() }
