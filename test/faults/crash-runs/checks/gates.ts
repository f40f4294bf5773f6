import { answersTo, type Evidence, placesOf } from '../evidence.ts'
import { nameOf, type StoredDeployment, takenAwayBy } from '../stored.ts'
import { brokenLocks } from './locks.ts'
import type { Violation } from './violation.ts'

/** Nothing ran behind a closed gate, and what people said of it was heard. */
export function checkGates(evidence: Evidence): Violation[] {
  const found = [
    ...unapproved(evidence),
    ...unverified(evidence),
    ...unchecked(evidence),
    ...brokenLocks(evidence),
    ...unheard(evidence),
    ...forgotten(evidence),
    ...cameBack(evidence),
  ]
  return found.map((what) => ({ invariant: 7, what }))
}

const isBrought = ({ kind, started_at: started }: StoredDeployment) => kind === 'deploy' && started !== null

/**
 * Production's deployments had the approvals their rule asks for when they began: of people who said so in a comment, for this very commit
 * and content, none of whom made the change where it has to be others. All changes are mona's.
 */
function unapproved({ rules, history, database }: Evidence): string[] {
  const rule = rules?.approve
  if (!rule) return []
  const saidBy = new Set(history.commands.filter(({ word, mayDoIt }) => approving.has(word) && mayDoIt).map(({ by }) => by))
  return database.deployments
    .filter((one) => isBrought(one) && one.environment === 'production')
    .flatMap((one) => {
      const votes = database.verdicts.filter(({ deployment, verdict }) => deployment === one.id && verdict === 'approve')
      const counted = votes.filter(
        ({ revision, content, at }) => revision === one.revision && content === one.content && at <= (one.started_at ?? ''),
      )
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
      .filter(({ place }) => place === 'staging')
      .flatMap(({ acts }) => acts)
      .filter(({ verb, outcome }) => verb === 'confirm' && outcome === 'confirmed')
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

/** Nothing ran whose check was not green by then. */
function unchecked({ rules, history, database }: Evidence): string[] {
  if (!rules?.checks) return []
  return database.deployments.filter(isBrought).flatMap((one) => {
    const check = history.checks.get(one.revision ?? '')
    if (check?.conclusion !== 'success') return [`${nameOf(one)} ran, and its check is ${check?.conclusion ?? 'missing'}`]
    return Date.parse(one.started_at ?? '') < check.at ? [`${nameOf(one)} ran before its check was green`] : []
  })
}

/** What was rejected or cancelled never ran. */
function unheard({ database }: Evidence): string[] {
  return database.verdicts.flatMap(({ deployment, person, verdict, content }) => {
    const one = database.deployments.find(({ id }) => id === deployment)
    const ran =
      one &&
      (isOfCanary(one, content) ? one.state === 'succeeded' : verdict === 'reject' ? one.started_at !== null : ranToAnEnd.has(one.state))
    return verdict !== 'approve' && one && ran
      ? [`${person} was told that it was ${verdict === 'reject' ? 'rejected' : 'cancelled'}, and ${nameOf(one)}`]
      : []
  })
}

/** Said of a deployment that is on some of its hosts: it goes back. */
const isOfCanary = ({ plan, content }: StoredDeployment, of: string): boolean => (plan?.waves.length ?? 0) > 1 && of !== content

const ranToAnEnd: ReadonlySet<string> = new Set(['succeeded', 'failed', 'rolled-back', 'halted'])

/** Whoever was told that they approved or rejected something is on record for it. */
function forgotten(evidence: Evidence): string[] {
  const { history, database } = evidence
  return history.commands.flatMap((command) =>
    answersTo(command, evidence).flatMap(({ body }) => {
      const verdict = /\*\*.*(approvals of|is approved for) /.test(body)
        ? 'approve'
        : /\*\*.* was rejected for /.test(body)
          ? 'reject'
          : undefined
      const isOnRecord = database.verdicts.some(
        (one) => one.person === command.by && one.verdict === verdict && body.includes(`/deployments/${one.deployment}`),
      )
      return verdict === undefined || isOnRecord
        ? []
        : [`${command.by} was told so, and nothing is on record of "${command.body}": ${body}`]
    }),
  )
}

/** What somebody rolled back did not come again before something else was brought, unless somebody said that they knew. */
function cameBack({ database, hosts }: Evidence): string[] {
  return placesOf({ hosts }).flatMap((place) => {
    const own = database.deployments.filter(({ environment }) => environment === place)
    return own.flatMap((rollback, at) => {
      if (rollback.kind !== 'rollback' || rollback.state !== 'succeeded') return []
      const bad = new Set(takenAwayBy(rollback))
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
