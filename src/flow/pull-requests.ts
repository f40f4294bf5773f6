import type { PullPlan } from '../domain/pull-plan.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import type { OpenPullRequest, Ports, PullRequestFacts, ReportKey } from './ports.ts'
import { planPullRequest } from './pull-plan.ts'
import type { Work } from './under-lease.ts'

/** What is woken when a pull request of the repository was opened or changed. */
export const pullsSubject = (repository: Repository): string => `pulls:${fullName(repository)}`

/** Pull requests that are planned in one look: each takes a second or so, and a merge must not wait behind them for its connection. */
const mostAtOnce = 20

/** The work of planning a repository's (`owner/name`) open pull requests, by the side of everything that deploys. */
export function pullsWork(name: string, ports: Ports): Work {
  return {
    lease: `pulls:${name}`,
    async run(_lease, signal) {
      const served = (await ports.github.repositories()).find(({ repository }) => fullName(repository) === name)
      if (!served) return undefined
      const unplanned = await unplannedOf(served.repository, ports)
      for (const { number } of unplanned.slice(0, mostAtOnce)) {
        signal.throwIfAborted()
        const plan = await planOfPull(served.repository, number, signal, ports)
        if (!plan) continue
        await ports.store.pullPlans.keep(plan, reportsOf(plan))
        await ports.queue.wake('reports')
      }
      return unplanned.length > mostAtOnce ? 0 : undefined
    },
  }
}

/**
 * Open pull requests that changed since they were planned last, those that changed last first. What lay there untouched when Landfall
 * looked for the first time is left alone: installing it must not write a comment under each.
 */
export async function unplannedOf(repository: Repository, ports: Ports): Promise<OpenPullRequest[]> {
  const since = await beginning(repository, ports)
  const all = await ports.github.openPullRequests(repository)
  const open = all.filter(({ updatedAt }) => Date.parse(updatedAt) >= since)
  const known = await Promise.all(open.map(({ number }) => ports.store.pullPlans.of(fullName(repository), number)))
  return open.filter((pull, index) => {
    const plan = known[index]
    return plan?.head !== pull.head.sha || plan.base !== pull.base.branch
  })
}

/** Under which Landfall remembers when it looked at pull requests for the first time, by GitHub's clock. */
const firstLook = 'first look at pull requests'
/** The webhook of a pull request that was opened just now may come before any look. */
const graceSeconds = 600

async function beginning(repository: Repository, { store, clock }: Ports): Promise<number> {
  const name = fullName(repository)
  const known = (await store.seen.of(name)).get(firstLook)
  if (known !== undefined) return Date.parse(known)
  const since = new Date(clock.githubNow().getTime() - graceSeconds * 1000)
  await store.seen.record(name, firstLook, since.toISOString())
  return since.getTime()
}

/** What merging it would do; undefined for one that is no open pull request. */
export async function planOfPull(repository: Repository, number: number, signal: AbortSignal, ports: Ports): Promise<PullPlan | undefined> {
  const looked = await lookAtTrial(repository, number, signal, ports)
  return looked && planPullRequest(looked.pull, repository, looked.merged, ports)
}

/** Where it is shown; nowhere where no environment follows the branch it would be merged into. */
export const reportsOf = ({ repository, number, environments }: PullPlan): ReportKey[] =>
  environments.length === 0
    ? []
    : ['plan-check', 'plan-comment'].map((surface) => ({ subject: `pull:${fullName(repository)}#${number}`, surface }))

/** GitHub tries a merge when somebody looks, and is done with it some seconds later; of one that conflicts there is none. */
const trialPauses = [0, 2, 4]

async function lookAtTrial(
  repository: Repository,
  number: number,
  signal: AbortSignal,
  { github, clock }: Ports,
): Promise<{ pull: PullRequestFacts; merged: Sha | undefined } | undefined> {
  let pull: PullRequestFacts | undefined
  for (const pause of trialPauses) {
    await clock.sleep(pause, signal)
    signal.throwIfAborted()
    pull = await github.pullRequest(repository, number)
    if (pull?.state !== 'open') return undefined
    const { trial, head } = pull
    // GitHub has been seen to show one of an older commit for a while.
    const parents = trial === undefined ? undefined : (await github.commitAt(repository, trial))?.parents
    if (parents?.[1] === head.sha) return { pull, merged: trial }
    if (pull.fork) break
  }
  return pull && { pull, merged: undefined }
}
