import type { Check, EmptySuite, RequiredCheck } from '../../domain/check.ts'
import { reason } from '../../domain/reason.ts'
import type { Instant } from '../../domain/repository.ts'
import { type Decision, open, refused, waiting } from './decision.ts'
import { namesText } from './names.ts'

/** Which checks have to be green. Neither: none. */
export interface CheckDemand {
  /** Every one there is, and those that GitHub requires. */
  all: boolean
  /** These in any case, whichever App reports them. */
  names: readonly string[]
}

export interface ChecksFacts {
  demand: CheckDemand
  /** Everything the commit has, earlier runs and Landfall's own included. */
  checks: readonly Check[]
  emptySuites: readonly EmptySuite[]
  /** What GitHub requires of the branch; absent where Landfall may not read it. */
  required?: readonly RequiredCheck[]
  /** Slug of Landfall's own App. */
  own: string
  /** When the deployment began to wait. */
  since: Instant
  /** How long it waits, in seconds. */
  within: number
  now: Instant
}

/**
 * Seconds in which a commit without checks is taken for one whose checks have not begun: a push is told to Landfall before the
 * build system has made its first run, and "every check there is" must not be none because of that.
 */
const settling = 30

/**
 * The commit's checks are green. The newest run of a name and App counts, neutral and skipped are green, and what Landfall
 * itself reports is never waited for. Where several workflows have jobs of one name, or one workflow ran for several reasons, each counts
 * for itself: GitHub asks for names that are unique and leaves open which of them it goes by. Empty suites are waited for while checks may still begin, and ignored afterwards:
 * most of them stay empty for ever.
 */
export function checks(facts: ChecksFacts): Decision {
  const { demand, since, within, now } = facts
  if (!demand.all && demand.names.length === 0) return open()

  const newest = newestOf(facts.checks.filter((check) => !isOwn(check, facts.own)))
  const counted = newest.filter(({ name }) => demand.all || demand.names.includes(name))
  const red = counted.filter((check) => lightOf(check) === 'red')
  if (red.length > 0) return refused(reason('checks-failed', { checks: namesOf(red) }))

  const missing = expected(facts).filter((wanted) => !newest.some((check) => isThat(wanted, check)))
  const pending = counted.filter((check) => lightOf(check) === 'yellow')
  const waited = (Date.parse(now) - Date.parse(since)) / 1000
  const deadline = new Date(Date.parse(since) + within * 1000).toISOString()
  if (waited >= within && missing.length > 0) return refused(reason('checks-missing', { checks: namesOf(missing), deadline }))
  if (waited >= within && pending.length > 0) return refused(reason('checks-unfinished', { checks: namesOf(pending), deadline }))

  const awaited = namesOf([...pending, ...missing])
  if (awaited !== '') return waiting(reason('checks-pending', { checks: awaited, deadline }), within - waited)
  if (demand.all && waited < settling && mayBegin(newest, facts)) {
    return waiting(reason('checks-pending', { checks: 'the first to begin', deadline }), settling - waited)
  }
  return open({ checks: namesOf(counted) })
}

/** Statuses have no App; of those under Landfall's own name it is the writer, or somebody who only means to be in its way. */
const isOwn = ({ kind, name, app }: Check, own: string): boolean => (kind === 'check' ? app === own : name.startsWith('landfall/'))

function newestOf(all: readonly Check[]): Check[] {
  const newest = new Map<string, Check>()
  for (const check of all) {
    const key = JSON.stringify([check.kind, check.app, check.name, check.workflow?.id, check.workflow?.event])
    if ((newest.get(key)?.id ?? -1) < check.id) newest.set(key, check)
  }
  return [...newest.values()]
}

/** A run that asks for somebody's action has not come to its end: most go on once that was done. */
function lightOf({ state, conclusion }: Check): 'green' | 'yellow' | 'red' {
  if (state !== 'completed' || conclusion === 'action_required') return 'yellow'
  return conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped' ? 'green' : 'red'
}

/** Checks that have to be there, Landfall's own left out. */
function expected({ demand, required = [], own }: ChecksFacts): RequiredCheck[] {
  const named = demand.names.map((name): RequiredCheck => ({ name }))
  const all = demand.all ? [...named, ...required] : named
  return all.filter(({ name, app }) => !name.startsWith('landfall/') && app !== own)
}

/** Statuses do not tell their App. */
const isThat = (wanted: RequiredCheck, { name, app }: Check): boolean =>
  name === wanted.name && (wanted.app === undefined || app === undefined || app === wanted.app)

const mayBegin = (newest: readonly Check[], { emptySuites, own }: ChecksFacts): boolean =>
  newest.length === 0 || emptySuites.some(({ app, state }) => app !== own && state !== 'completed')

const namesOf = (all: readonly Pick<Check, 'name' | 'workflow'>[]): string =>
  namesText(all.map(({ name, workflow }) => (workflow ? `${name} (${workflow.name}, ${workflow.event})` : name)))
