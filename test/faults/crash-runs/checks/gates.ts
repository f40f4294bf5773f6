import type { Evidence } from '../evidence.ts'
import type { StoredDeployment } from '../stored.ts'
import type { Violation } from './violation.ts'

/** Nothing ran behind a closed gate, and what people said of it was heard. */
export function checkGates(evidence: Evidence): Violation[] {
  const found = [
    ...unapproved(evidence),
    ...unverified(evidence),
    ...unchecked(evidence),
    ...behindLocks(evidence),
    ...unheard(evidence),
    ...cameBack(evidence),
  ]
  return found.map((what) => ({ invariant: 7, what }))
}

const isBrought = ({ kind, started_at: started }: StoredDeployment) => kind === 'deploy' && started !== null

/**
 * Production's deployments have the approvals their rule asks for: of people who said so in a comment, for this very commit and content,
 * none of whom made the change where it has to be others. All changes are mona's.
 */
function unapproved({ rules, history, database }: Evidence): string[] {
  const rule = rules?.approve
  if (!rule) return []
  const saidBy = new Set(history.commands.filter(({ word, mayDoIt }) => approving.has(word) && mayDoIt).map(({ by }) => by))
  return database.deployments
    .filter((one) => isBrought(one) && one.environment === 'production')
    .flatMap((one) => {
      const votes = database.verdicts.filter(({ deployment, verdict }) => deployment === one.id && verdict === 'approve')
      const counted = votes.filter(({ revision, content }) => revision === one.revision && content === one.content)
      const people = counted.map(({ person }) => person).filter((person) => saidBy.has(person) && !(rule.notAuthor && person === 'mona'))
      return people.length >= rule.count
        ? []
        : [`${nameOf(one)} ran with ${people.length} of ${rule.count} approvals (${people.join(', ')})`]
    })
}

const approving: ReadonlySet<string> = new Set(['approve', 'promote'])

/** What runs in production was proved in staging before, by what staging's own host says. */
function unverified({ rules, database, hosts }: Evidence): string[] {
  if (!rules?.after) return []
  const confirmed = new Set(
    hosts
      .get('staging')
      ?.acts.filter(({ verb, outcome }) => verb === 'confirm' && outcome === 'confirmed')
      .map(({ generation }) => generation),
  )
  const verified = database.deployments.filter(
    ({ environment, generation }) => environment === 'staging' && generation !== null && confirmed.has(generation),
  )
  return database.deployments
    .filter((one) => isBrought(one) && one.environment === 'production')
    .flatMap((one) => {
      const before = verified.filter(({ finished_at: finished }) => Date.parse(finished ?? '') <= Date.parse(one.started_at ?? ''))
      const digests = before.flatMap(({ plan }) => plan?.images ?? []).map(({ digest }) => digest)
      const strange = one.plan?.images.filter(({ revision, digest }) => revision !== undefined && !digests.includes(digest)) ?? []
      return strange.map(({ digest }) => `${nameOf(one)} brought ${digest}, which staging had not verified`)
    })
}

/** Nothing ran whose check was not green. */
function unchecked({ rules, history, database }: Evidence): string[] {
  if (!rules?.checks) return []
  return database.deployments
    .filter((one) => isBrought(one) && history.checks.get(one.revision ?? '') !== 'success')
    .map((one) => `${nameOf(one)} ran, and its check is ${history.checks.get(one.revision ?? '') ?? 'missing'}`)
}

/** An evaluation may have begun just before a lock was set, and its Landfall may have hung since; in milliseconds. */
const onTheWay = 8000

/**
 * While an environment was locked nobody else's deployment was planned: none that was asked for after people were told of the lock, and of
 * those before only what was on its way already.
 */
function behindLocks({ history, database, github, planned }: Evidence): string[] {
  const commentOf = (id: number) => github.comments.find((one) => one.id === id)
  const locks = history.commands.flatMap(({ comment, by, word }) => {
    const intent = database.intents.find((one) => one.comment?.id === comment)
    const answer = intent && github.comments.find(({ body }) => body.includes(`answer:${intent.id}`))
    const set = answer && /(is|are) locked\*\*/.test(answer.body) && (word === 'lock' || word === 'lock all')
    const all = word === 'lock all'
    const place = all ? undefined : /^\/lock (\w+)/.exec(commentOf(comment)?.body ?? '')?.[1]
    return set ? [{ by, place, all, from: answer.createdAt.getTime() }] : []
  })
  // Whatever is taken back may end any of them: it counts from when it was written.
  const ends = history.commands.filter(({ word }) => word === 'unlock').map(({ comment }) => commentOf(comment)?.createdAt.getTime() ?? 0)
  return locks.flatMap((lock) => {
    const until = Math.min(...ends.filter((at) => at >= lock.from), Number.POSITIVE_INFINITY)
    const others = database.deployments.filter(
      (one) => one.kind === 'deploy' && one.actor !== lock.by && (lock.all || one.environment === lock.place),
    )
    return others.flatMap((one) => {
      const [at, asked] = [planned.get(one.id) ?? Number.NEGATIVE_INFINITY, Date.parse(one.created_at)]
      const since = asked > lock.from ? lock.from : lock.from + onTheWay
      return at > since && at < until ? [`${nameOf(one)} was planned although ${lock.by} had locked ${lock.place ?? 'everything'}`] : []
    })
  })
}

/** What was rejected or cancelled never ran. */
function unheard({ database }: Evidence): string[] {
  return database.verdicts.flatMap(({ deployment, person, verdict }) => {
    const one = database.deployments.find(({ id }) => id === deployment)
    const ran = verdict === 'reject' ? one?.started_at !== null : one?.state !== 'cancelled' && one?.state !== 'superseded'
    return verdict !== 'approve' && one && ran
      ? [`${person} was told that it was ${verdict === 'reject' ? 'rejected' : 'cancelled'}, and ${nameOf(one)}`]
      : []
  })
}

/** What somebody rolled back did not come again before something else was brought, unless somebody said that they knew. */
function cameBack({ database, hosts }: Evidence): string[] {
  return [...hosts.keys()].flatMap((place) => {
    const own = database.deployments.filter(({ environment }) => environment === place)
    return own.flatMap((rollback, at) => {
      if (rollback.kind !== 'rollback' || rollback.state !== 'succeeded') return []
      const bad = new Set(rollback.plan?.hosts.flatMap(({ previous }) => previous?.revision ?? []))
      bad.delete(rollback.revision ?? '')
      const later = own.slice(at + 1)
      const next = later.findIndex(({ kind, state, revision }) => kind === 'deploy' && accepted(state) && !bad.has(revision ?? ''))
      return later
        .slice(0, next === -1 ? undefined : next)
        .filter((one) => isBrought(one) && bad.has(one.revision ?? '') && one.asked !== 'deliberate')
        .map((one) => `${nameOf(one)} ran although ${rollback.actor} had rolled it back`)
    })
  })
}

const accepted = (state: string): boolean => state !== 'superseded' && state !== 'cancelled' && state !== 'rejected'

const nameOf = ({ id, kind, environment, revision, state }: StoredDeployment): string =>
  `${kind} ${revision?.slice(0, 7)} to ${environment} (${id}, ${state})`
