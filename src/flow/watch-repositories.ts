import { type EnvironmentRule, follows } from '../domain/configuration.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { readComment } from '../policy/commands/read-comment.ts'
import { grantFor } from '../policy/hosts.ts'
import { rememberDefaultBranch } from './default-branch.ts'
import { locksSubject } from './end-locks.ts'
import { intake } from './intake.ts'
import type { InstalledRepository, Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'
import { tellOfFound } from './tell-of-found.ts'
import { askedPause } from './trouble.ts'
import { watchPulls } from './watch-pulls.ts'
import { watchTags } from './watch-tags.ts'

/** Repositories looked at side by side; GitHub allows a hundred requests at once. */
const atOnce = 8

/** What is remembered of a repository beside where its branches and tags are: until when its comments were history when it was first looked at... */
const firstLook = 'first look'
/** ...and when the newest comment was made that was looked at. */
const comments = 'comments'

/** Before every comment there is. */
const beginning = '1970-01-01T00:00:00Z'

/** So far back comments are looked at again: GitHub may show one later than another that was made after it. */
const overlapSeconds = 300

/**
 * Looks at the branches, tags and comments of every repository Landfall serves, and raises what no webhook told of. One that cannot
 * be looked at does not keep the others waiting; an installation for which GitHub asks for a pause is left alone for so long.
 */
export async function watchRepositories(ports: Ports, signal: AbortSignal): Promise<void> {
  const operator = ports.operator.current()
  const served = (await ports.github.repositories()).filter(({ repository }) => grantFor(operator, fullName(repository)))
  const awake = new Set(await ports.store.sweeps.due([...new Set(served.map(sweepOf))]))
  const queue = served.values()
  const look = async () => {
    for (const installed of queue) {
      signal.throwIfAborted()
      if (!awake.has(sweepOf(installed))) continue
      await watch(installed, ports).catch(async (error: unknown) => {
        const pause = askedPause(error)
        ports.log.warn('repository could not be looked at', { repository: fullName(installed.repository), pause, error })
        if (pause === undefined) return
        awake.delete(sweepOf(installed))
        await ports.store.sweeps.next(sweepOf(installed), pause)
      })
    }
  }
  const looks = await Promise.allSettled(Array.from({ length: atOnce }, look))
  for (const ended of looks) if (ended.status === 'rejected') throw ended.reason
}

/** GitHub's limits are those of an installation. */
const sweepOf = ({ repository }: InstalledRepository): string => `installation ${repository.installation}`

async function watch(installed: InstalledRepository, ports: Ports): Promise<void> {
  const { repository, defaultBranch } = installed
  const name = fullName(repository)
  const seen = await ports.store.seen.of(name)
  await rememberDefaultBranch(repository, defaultBranch, seen, ports)
  const environments = await environmentsOf(repository, ports)
  await watchBranches(installed, environments, seen, ports)
  await watchTags(repository, environments, seen, ports)
  await ports.queue.wake(locksSubject(repository))
  await watchPulls(repository, seen, ports)
  const history = seen.get(firstLook)
  if (history !== undefined) await watchComments(repository, history, seen.get(comments) ?? history, ports)
  else await ports.store.seen.record(name, firstLook, (await ports.github.newestComment(repository)) ?? beginning)
}

/**
 * A head that differs from the one seen last is a push nobody told of. At the first look at a repository its branches are taken
 * as they are, unless Landfall has deployed them before: installing it must not deploy.
 */
async function watchBranches(
  { repository, defaultBranch }: InstalledRepository,
  environments: EnvironmentRule[],
  seen: Map<string, string>,
  ports: Ports,
): Promise<void> {
  const name = fullName(repository)
  const followed = environments.flatMap(({ source }) => (source.kind === 'branch' ? [source.branch] : []))
  for (const branch of new Set([defaultBranch, ...followed])) {
    const ref = `refs/heads/${branch}`
    const head = await ports.github.head(repository, branch)
    if (!head || seen.get(ref) === head.sha) continue
    const following = environments.filter(({ source }) => follows(source, ref))
    if (seen.has(firstLook) || (await wasDeployed(name, following, ports))) {
      const { moves } = await ports.github.moves(repository, branch)
      const move = moves.find(({ after }) => after === head.sha)
      await tellOfFound({ repository, ref, before: seen.get(ref), after: head.sha, by: move?.by }, ports)
    }
    await ports.store.seen.record(name, ref, head.sha)
  }
}

/** Environments by the default branch's files. A broken one has none. */
async function environmentsOf(repository: Repository, ports: Ports): Promise<EnvironmentRule[]> {
  const { good } = await readProjects(repository, undefined, ports)
  return good.flatMap(({ file }) => Object.values(file.environments))
}

async function wasDeployed(repository: string, environments: readonly EnvironmentRule[], ports: Ports): Promise<boolean> {
  for (const { name } of environments) {
    if ((await ports.store.deployments.ofEnvironment(repository, name, 1)).length > 0) return true
  }
  return false
}

/**
 * Commands nobody told of, in comments made since the last look; all times are GitHub's. A comment that was edited is left alone:
 * an edit may put words into another person's mouth.
 */
async function watchComments(repository: Repository, history: string, mark: string, ports: Ports): Promise<void> {
  const since = Math.max(time(history), time(mark) - overlapSeconds * 1000)
  let newest = mark
  for (const { id, issue, body, author, bot, createdAt, edited } of await ports.github.commentsSince(repository, instant(since))) {
    if (time(createdAt) > time(newest)) newest = createdAt
    if (time(createdAt) < since || time(createdAt) <= time(history) || edited || readComment(body).length === 0) continue
    const delivery = `found ${ports.ids()}`
    const at = instant(time(createdAt))
    await intake({ kind: 'comment', repository, comment: { id, issue }, body, at, actor: author, bot, found: true, delivery }, ports)
  }
  if (newest !== mark) await ports.store.seen.record(fullName(repository), comments, newest)
}

const time = (at: string): number => Date.parse(at)
const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()
