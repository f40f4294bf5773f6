import type { View } from '../evidence.ts'
import { nameOf, type StoredDeployment, takenAwayBy } from '../stored.ts'
import type { Violation } from './violation.ts'

/** How each end is shown beside the commit, as GitHub's deployment and as its check run; docs/github.md promises it. */
const shown: Record<string, { dot: string; deployment: string; check: string }> = {
  succeeded: { dot: 'success', deployment: 'success', check: 'success' },
  failed: { dot: 'failure', deployment: 'failure', check: 'failure' },
  'rolled-back': { dot: 'failure', deployment: 'failure', check: 'failure' },
  rejected: { dot: 'failure', deployment: 'failure', check: 'failure' },
  halted: { dot: 'error', deployment: 'error', check: 'failure' },
  superseded: { dot: 'error', deployment: 'inactive', check: 'neutral' },
  cancelled: { dot: 'error', deployment: 'inactive', check: 'cancelled' },
}

const final = new Set(['success', 'failure', 'error'])

/** Every end is reported beside commits and on GitHub's pages, once, and what is shown last is what is true. */
export function checkReports(view: View): Violation[] {
  return [...deploymentsShown(view), ...checksShown(view), ...dots(view)].map((what) => ({ invariant: 1, what }))
}

/** Exactly one of GitHub's deployments for each that touched a host; its last word is the end. */
function deploymentsShown({ database, github }: View): string[] {
  const found: string[] = []
  const madeFor = (payload: unknown) =>
    typeof payload === 'object' && payload !== null && 'landfall' in payload ? String(payload.landfall) : JSON.stringify(payload)
  const byOwn = Map.groupBy(github.deployments, ({ payload }) => madeFor(payload))
  const newest = database.deployments.findLast(({ state }) => state === 'succeeded')
  for (const one of database.deployments) {
    const made = byOwn.get(one.id) ?? []
    byOwn.delete(one.id)
    const wanted = one.started_at === null ? 0 : 1
    if (made.length !== wanted) found.push(`${nameOf(one)} has ${made.length} deployments on GitHub, not ${wanted}`)
    const [there] = made
    if (!there) continue
    const told = there.statuses.map(({ state }) => state)
    const last = one.state === 'succeeded' && one !== newest ? 'inactive' : shown[one.state]?.deployment
    if (told.at(-1) !== last) found.push(`GitHub's deployment of ${nameOf(one)} says ${told.join(', ')}; its last word should be ${last}`)
    if (new Set(told.filter((state) => final.has(state))).size > 1)
      found.push(`GitHub's deployment of ${nameOf(one)} ended twice: ${told.join(', ')}`)
    // Where it is no production, GitHub itself says of the one before that it is inactive, too.
    if (told.some((state, at) => state === told[at - 1] && (state !== 'inactive' || there.production)))
      found.push(`GitHub's deployment of ${nameOf(one)} says the same twice: ${told.join(', ')}`)
    if (there.sha !== one.revision) found.push(`GitHub's deployment of ${nameOf(one)} is of ${there.sha}`)
  }
  for (const [id, { length }] of byOwn) found.push(`${length} deployments on GitHub are of ${id}, which is none of Landfall's`)
  return found
}

/**
 * The newest check run of each deployment that has a commit says how it ended, or that it was taken back since. One that was made late may stand before it: GitHub lets
 * nobody take it away, and shows the newest of a name.
 */
function checksShown({ database, github }: View): string[] {
  const found: string[] = []
  const byOwn = Map.groupBy(github.checkRuns, ({ externalId }) => externalId)
  for (const one of database.deployments) {
    const last = byOwn.get(one.id)?.at(-1)
    byOwn.delete(one.id)
    if (one.revision === null) continue
    const says = last?.conclusion ?? last?.status ?? 'nothing'
    const wanted = isTakenBack(one, database.deployments) ? 'failure' : shown[one.state]?.check
    if (says !== wanted) found.push(`the check run of ${nameOf(one)} says ${says}`)
    if (last && last.sha !== one.revision) found.push(`the check run of ${nameOf(one)} is on ${last.sha}`)
  }
  for (const [id] of byOwn) found.push(`a check run is of ${id}, which is none of Landfall's`)
  return found
}

/** What it brought was rolled back, and not brought again since. */
function isTakenBack(one: StoredDeployment, all: StoredDeployment[]): boolean {
  const since = all.slice(all.indexOf(one) + 1).filter(({ state }) => state === 'succeeded')
  const last = since.findLast(({ kind, revision, plan }) => {
    const replaced = plan?.hosts.some(({ previous }) => previous?.revision === one.revision)
    return revision === one.revision || (kind === 'rollback' && replaced)
  })
  return one.state === 'succeeded' && last !== undefined && last.revision !== one.revision
}

/**
 * The dot of each commit is that of the deployment that was the last to end of those that have a say about it. One that was overtaken
 * has none where another has.
 */
function dots({ database, github, history }: View): string[] {
  const found: string[] = []
  const inOrder = database.deployments.toSorted((one, other) => Date.parse(one.finished_at ?? '') - Date.parse(other.finished_at ?? ''))
  const bySha = Map.groupBy(github.statuses, ({ sha }) => sha)
  for (const sha of new Set(history.heads.map((head) => head.sha))) {
    const words = inOrder.flatMap((one) => dotOn(sha, one) ?? [])
    const word = words.findLast(({ by }) => !by.endsWith(', superseded)')) ?? words.at(-1)
    const last = bySha.get(sha)?.at(-1)
    if (last?.state !== word?.dot)
      found.push(
        `${sha} shows ${last ? `${last.state} "${last.description}"` : 'nothing'}; ${word ? `${word.dot} is true, by ${word.by}` : 'nothing was done with it'}`,
      )
  }
  return found
}

/** What a deployment that ended says about a commit; nothing where it does not concern it. */
function dotOn(sha: string, one: StoredDeployment): { dot: string; by: string } | undefined {
  if (one.revision === null) return undefined
  if (one.revision === sha) return { dot: shown[one.state]?.dot ?? one.state, by: nameOf(one) }
  const replaced = takenAwayBy(one).includes(sha)
  if (replaced && one.kind === 'rollback' && one.state === 'succeeded') return { dot: 'failure', by: nameOf(one) }
  return replaced && one.state === 'halted' ? { dot: 'error', by: nameOf(one) } : undefined
}
