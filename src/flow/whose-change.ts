import type { Deployment } from '../domain/deployment.ts'
import { unknownActor } from '../domain/intent.ts'
import { fullName, type Sha, shortSha } from '../domain/repository.ts'
import type { ApprovalFacts } from '../policy/gates/approval.ts'
import { broughtBy, namedIn } from './brought-by.ts'
import type { Passing } from './gates.ts'
import type { Changes, CommitDetails } from './ports.ts'
import { lastSuccess } from './running.ts'

type Whose = Pick<ApprovalFacts, 'authors' | 'lastPusher' | 'untold'>

/** How many requests of GitHub whose change it is may cost a deployment. Most answers hold, and are free when they are asked for again. */
const requests = 8

/**
 * Whose change a deployment would bring: logins and addresses of all whom its commits name, and who brought them, whatever they say of
 * their authors. `untold` where that may be anybody.
 */
export async function whoseChange({ deployment, ports }: Passing): Promise<Whose> {
  const change = await changeOf({ deployment, ports })
  if (change.kind === 'hidden') return { authors: [], untold: change.why }
  const { commits } = change
  const { branch, pullRequest } = deployment
  if (branch === undefined) {
    const through = pullRequest === undefined ? undefined : await ports.github.pullRequest(deployment.repository, pullRequest)
    const authors = [...namedIn(commits, new Set()), ...(through ? [through.author] : [])]
    return { authors: distinct(authors), ...(await whoWanted('the tag', { deployment, ports })) }
  }
  const { repository, revision = '' } = deployment
  const arrival = { repository, branch, revision, ...change, ...(pullRequest !== undefined && { pullRequest }) }
  const { people, merges, told } = await broughtBy(arrival, ports.github, requests - change.cost)
  const authors = distinct([...namedIn(commits, merges), ...people])
  return { authors, ...(!told && (await whoWanted('it', { deployment, ports }))) }
}

/** What is new in the environment, and how many requests it took to know. `hidden` says why nobody knows, for people. */
type Change = { kind: 'known'; commits: CommitDetails[]; apartFrom?: Sha; cost: number } | { kind: 'hidden'; why: string }

/**
 * All since the commit that runs. Where GitHub knows no way from there, as after a branch was replaced as a whole, and the first time in an
 * environment it is the newest commit: nobody answers for a whole past, or nobody would be left to approve.
 */
async function changeOf({ deployment, ports }: Passing): Promise<Change> {
  const { repository, environment, revision = '' } = deployment
  const running = (await lastSuccess(repository, environment, ports))?.revision
  const changes = running === undefined ? undefined : await ports.github.changes(repository, running, revision)
  const why = changes && notListed(changes, environment)
  if (why !== undefined) return { kind: 'hidden', why }
  const listed = changes?.commits ?? []
  const asked = running === undefined ? 0 : 1
  if (listed.some(({ sha }) => sha === revision)) return { kind: 'known', commits: listed, cost: asked }
  const own = await ports.github.commitAt(repository, revision)
  const commits = [...listed, ...(own ? [own] : [])]
  return { kind: 'known', commits, cost: asked + 1, ...(running !== undefined && !changes && { apartFrom: running }) }
}

/** Why not every commit between what runs and what would run is known; undefined where each is. */
function notListed({ ahead, commits }: Changes, environment: string): string | undefined {
  if (ahead <= commits.length) return undefined
  return `nobody, as this brings ${ahead} commits and GitHub tells who wrote the newest ${commits.length}; bring one from between first, with \`/deploy ${environment} COMMIT\``
}

/**
 * Where GitHub does not tell who pushed a commit, as of tags: who first wanted it in this environment. Of a tag that was only found there
 * that is who named its commit, or whom a webhook named that came late.
 */
async function whoWanted(what: string, { deployment, ports }: Passing): Promise<Pick<Whose, 'lastPusher' | 'untold'>> {
  const { repository, environment, revision = '' } = deployment
  const concerning = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  for (const { actor, intent } of concerning.filter((one) => one.kind === 'deploy' && one.revision === revision).toReversed()) {
    const who = actor === unknownActor ? (await ports.store.intents.read(intent))?.actor : actor
    if (who !== undefined && who !== unknownActor) return { lastPusher: who }
  }
  return { untold: untoldText(what, deployment) }
}

const untoldText = (what: string, { environment, revision = '' }: Deployment): string =>
  `nobody yet, as GitHub did not tell who pushed ${what}. Whoever writes \`/deploy ${environment} ${shortSha(revision)}\` answers for it; others may approve then`

const distinct = (all: readonly string[]): string[] => [...new Set(all)]
