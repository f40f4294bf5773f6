import { type Deployment, isAtWork, type State, takenAway } from '../domain/deployment.ts'
import type { Sha } from '../domain/repository.ts'
import { waitsForApproval } from './held-by.ts'
import type { Links } from './links.ts'
import type { CommitStatus } from './published.ts'
import { description, oneLine } from './text.ts'
import { changesText, hostsText, progressOf, shortBecause, takenBackText } from './wording.ts'

/**
 * GitHub's statuses know no grey. A change that was overtaken or cancelled never ran, so it is no success; nothing is
 * wrong with it, so it is no failure; and pending would be a yellow dot for ever. `error` is what is left.
 */
const dots: Record<State, CommitStatus['state']> = {
  queued: 'pending',
  waiting: 'pending',
  planned: 'pending',
  pulling: 'pending',
  stepping: 'pending',
  rolling: 'pending',
  verifying: 'pending',
  paused: 'pending',
  'rolling-back': 'pending',
  succeeded: 'success',
  failed: 'failure',
  'rolled-back': 'failure',
  rejected: 'failure',
  halted: 'error',
  superseded: 'error',
  cancelled: 'error',
}

/**
 * The dots this deployment puts beside commits, under `landfall/<environment>`. Mostly one, on the commit it brings; none
 * while a rollback does not know its commit yet, nor before it is known what it does. A rollback that succeeded also marks the commits it took away, and a
 * halted one those that were to be replaced: nobody knows any more whether they run.
 *
 * @param spoken whether it has put one there before. While people have to agree it does not begin to speak, since nobody wants a yellow
 *   dot for days; but one that is there, because it waited for something else before, has to tell the truth: GitHub takes none away.
 */
export function commitStatuses(deployment: Deployment, links: Links, spoken = false): CommitStatus[] {
  const { revision, state, kind } = deployment
  if (revision === undefined || state === 'queued' || (waitsForApproval(deployment) && !spoken)) return []
  const dot = (commit: Sha, of: CommitStatus['state'], text: string): CommitStatus => ({
    revision: commit,
    context: `landfall/${oneLine(deployment.environment)}`,
    state: of,
    description: description(text),
    ...(links.log !== undefined && { url: links.log }),
  })
  const own = dot(
    revision,
    shortBecause(deployment) ? 'error' : dots[state],
    kind === 'rollback' ? rollbackText(deployment) : textOf(deployment),
  )
  const others = takenAway(deployment)
  if (kind === 'rollback' && state === 'succeeded')
    return [own, ...others.map((before) => dot(before, 'failure', takenBackText(deployment)))]
  if (state === 'halted') return [own, ...others.map((before) => dot(before, 'error', progressOf(deployment)))]
  return [own]
}

/**
 * What a commit shows where several deployments have a say about it, given newest first: the one under way, or else the one that
 * ended last. Being overtaken says nothing of a commit that another deployment brought. Nothing where none has a word for it.
 *
 * @param spoken whether there is a dot already, which has to tell the truth also while people have to agree
 */
export function lastWord(
  commit: Sha,
  deployments: Deployment[],
  linksOf: (deployment: Deployment) => Links,
  spoken = false,
): CommitStatus | undefined {
  const inOrder = deployments.toSorted((one, other) => endOf(other) - endOf(one))
  const words = inOrder.flatMap((deployment) => {
    const word = commitStatuses(deployment, linksOf(deployment), spoken).find(({ revision }) => revision === commit)
    return word ? [{ word, overtaken: deployment.state === 'superseded' }] : []
  })
  return (words.find(({ overtaken }) => !overtaken) ?? words[0])?.word
}

const endOf = ({ finishedAt }: Deployment): number => (finishedAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(finishedAt))

/** On the commit gone back to, it must be clear that this is not its first arrival. */
function rollbackText(deployment: Deployment): string {
  if (deployment.state === 'succeeded') return `${progressOf(deployment)}, rolled back to by ${deployment.actor}`
  return `Rollback by ${deployment.actor}: ${textOf(deployment)}`
}

/** One word for the whole way: each is a request of its own, and the check run tells the steps. */
function textOf(deployment: Deployment): string {
  const { state, plan } = deployment
  if (state === 'paused' && waitsForApproval(deployment)) return progressOf(deployment)
  return isUnderWay(state) && state !== 'stepping' && plan
    ? `On its way to ${hostsText(plan)}: ${changesText(plan)}`
    : progressOf(deployment)
}

const isUnderWay = (state: State): boolean => state !== 'rolling-back' && isAtWork(state)
