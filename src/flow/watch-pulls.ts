import { fullName, type Repository } from '../domain/repository.ts'
import type { OpenPullRequest, Ports } from './ports.ts'
import { pullsSubject } from './pull-requests.ts'

/** Under which Landfall remembers when the newest change was made that it has looked at, by GitHub's clock. */
const newestChange = 'pull requests'

/** In seconds. So far back pull requests are looked at again: GitHub may show one later than another that was changed after it. */
const overlap = 300

/**
 * Looks for pull requests that were opened or changed and of which nobody told. What lay there untouched when Landfall looked for the
 * first time is left alone: installing it must not write a comment under each.
 *
 * @param seen what was seen in the repository, by place
 */
export async function watchPulls(repository: Repository, seen: Map<string, string>, ports: Ports): Promise<void> {
  const name = fullName(repository)
  const mark = seen.get(newestChange) ?? before(ports.clock.githubNow().toISOString())
  const changed = await ports.github.openPullRequests(repository, before(mark))
  const unplanned = await unplannedOf(name, changed, ports)
  for (const number of unplanned) await ports.store.wantedPlans.want(repository, number)
  if (unplanned.length > 0) await ports.queue.wake(pullsSubject(repository))
  const newest = changed.reduce((newer, { updatedAt }) => (Date.parse(updatedAt) > Date.parse(newer) ? updatedAt : newer), mark)
  if (seen.get(newestChange) !== newest) await ports.store.seen.record(name, newestChange, newest)
}

/** Those whose plan is of something else, and not wanted yet: one that was put off stays so. */
async function unplannedOf(name: string, changed: readonly OpenPullRequest[], { store }: Ports): Promise<number[]> {
  const planned = await store.pullPlans.sidesOf(
    name,
    changed.map(({ number }) => number),
  )
  const unplanned = changed.filter(({ number, head, base }) => {
    const sides = planned.get(number)
    return sides?.head !== head.sha || sides.base !== base.branch
  })
  const wanted = new Set(unplanned.length === 0 ? [] : await store.wantedPlans.numbersOf(name))
  return unplanned.map(({ number }) => number).filter((number) => !wanted.has(number))
}

const before = (instant: string): string => new Date(Date.parse(instant) - overlap * 1000).toISOString()
