import type { PullPlan } from '../domain/pull-plan.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import type { Ports, PullRequestChanged, PullRequestFacts, ReportKey, WantedPlan } from './ports.ts'
import { pullComment } from './publish-pull-plan.ts'
import { type Later, planPullRequest } from './pull-plan.ts'
import { askedPause, passes } from './trouble.ts'
import type { Work } from './under-lease.ts'

/** What is woken when plans of pull requests of the repository are wanted. */
export const pullsSubject = (repository: Repository): string => `pulls:${fullName(repository)}`

/** Pull requests that are planned in one go: each takes a second or so, and a merge must not wait behind them for its connection. */
const mostAtOnce = 20

/** The first pause before a pull request is tried again and the longest, in seconds. */
const shortestPause = 30
const longestPause = 3600
/** So often one is tried that is not to be planned for another reason than an outage. It takes some five hours. */
const mostTries = 12

/** GitHub told of a pull request. The plan that is kept may be of what it tells. */
export async function pullChanged({ repository, number, action, head, base }: PullRequestChanged, ports: Ports): Promise<void> {
  const planned = (await ports.store.pullPlans.sidesOf(fullName(repository), [number])).get(number)
  const over = action === 'closed' || action === 'merged'
  if (action !== 'marked' && (over ? planned === undefined : planned?.head === head && planned.base === base)) return
  await ports.store.wantedPlans.want(repository, number)
  await ports.queue.wake(pullsSubject(repository))
}

/** The work of planning a repository's (`owner/name`) pull requests, by the side of everything that deploys. */
export function pullsWork(name: string, ports: Ports): Work {
  return {
    lease: `pulls:${name}`,
    async run(_lease, signal) {
      const due = await ports.store.wantedPlans.dueOf(name, mostAtOnce)
      for (const wanted of due) {
        signal.throwIfAborted()
        await planWanted(wanted, signal, ports)
      }
      // Each of these is done or put off.
      return due.length === mostAtOnce ? 0 : undefined
    },
  }
}

/** One that cannot be planned is put off by itself, and holds up no other. Throws where GitHub wants to be left alone. */
async function planWanted(wanted: WantedPlan, signal: AbortSignal, ports: Ports): Promise<void> {
  const { repository, number, asked } = wanted
  try {
    const computed = await planOfPull(repository, number, signal, ports)
    if (computed.kind === 'over') {
      await ports.store.pullPlans.forget(fullName(repository), number)
      return ports.store.wantedPlans.done(wanted)
    }
    if (computed.kind === 'later') return await putOff(wanted, computed, ports)
    const plan: PullPlan = { ...computed.plan, ...(asked && { asked }) }
    await ports.store.pullPlans.keep(plan, reportsOf(plan))
    await ports.queue.wake('reports')
    const shaky = plan.environments.some((outlook) => outlook.kind === 'refused' && outlook.reason.code === 'registry-failed')
    if (shaky) return await putOff({ ...wanted, asked: false }, { seconds: 0, why: 'the registry did not serve an image' }, ports)
    await ports.store.wantedPlans.done(wanted)
  } catch (error) {
    if (signal.aborted || askedPause(error) !== undefined) throw error
    await putOff(wanted, { seconds: 0, why: 'it failed', error }, ports)
  }
}

/** Tries it again after ever longer pauses, and not for ever unless it is an outage that has to end. */
async function putOff(wanted: WantedPlan, { seconds, why, error }: Omit<Later, 'kind'> & { error?: unknown }, ports: Ports): Promise<void> {
  const { repository, number, tries } = wanted
  const fields = { repository: fullName(repository), pullRequest: number, tries: tries + 1, why, ...(error !== undefined && { error }) }
  if (tries + 1 >= mostTries && !passes(error)) {
    ports.log.warn('planning a pull request given up', fields)
    return ports.store.wantedPlans.done(wanted)
  }
  const pause = Math.max(seconds, Math.min(longestPause, shortestPause * 2 ** Math.min(tries, 10)))
  ports.log.warn('planning a pull request put off', { ...fields, pause })
  await ports.store.wantedPlans.putOff(wanted, pause)
}

/** Where it is shown. What may have shown something is brought up to date also where nothing is to be shown any more. */
const reportsOf = ({ repository, number }: PullPlan): ReportKey[] => {
  const comment = pullComment(repository, number)
  return [{ ...comment, surface: 'plan-check' }, comment]
}

/** `over`: it is no open pull request. */
type Computed = { kind: 'planned'; plan: PullPlan } | Later | { kind: 'over' }

/** What merging it would do. */
async function planOfPull(repository: Repository, number: number, signal: AbortSignal, ports: Ports): Promise<Computed> {
  const looked = await lookAtTrial(repository, number, signal, ports)
  return looked ? planPullRequest(looked.pull, repository, looked.merged, ports) : { kind: 'over' }
}

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
