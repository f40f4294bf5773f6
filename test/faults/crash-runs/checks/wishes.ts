import { isTerminal, states } from '../../../../src/domain/deployment.ts'
import type { Word } from '../acts.ts'
import type { Evidence } from '../evidence.ts'
import type { StoredIntent } from '../stored.ts'
import type { Violation } from './violation.ts'

/** Every wish that was acknowledged is stored once, and has exactly one end. */
export function checkWishes({ deliveries, history, database }: Evidence): Violation[] {
  const found: string[] = [...database.open.map((what) => `still open: ${what}`)]
  const byId = new Map(database.intents.map((intent) => [intent.id, intent]))

  for (const delivery of deliveries.filter(({ statusCode }) => statusCode >= 200 && statusCode < 300)) {
    const wish = wishOf(delivery)
    if (!wish) continue
    const stored =
      wish.kind === 'push'
        ? byId.get(database.tellings.get(delivery.guid) ?? '')
        : database.intents.find(({ comment }) => comment?.id === wish.comment)
    if (!stored) found.push(`${delivery.event} ${delivery.guid} was acknowledged with ${delivery.statusCode} and is not stored`)
    else if (wish.kind === 'push' && stored.after !== wish.after)
      found.push(`${delivery.event} ${delivery.guid} of ${wish.after} is stored as ${stored.after}`)
  }

  for (const { comment, mayDoIt, word, body } of history.commands) {
    const stored = database.intents.filter((intent) => intent.comment?.id === comment)
    if (stored.length !== 1) found.push(`command ${comment} is stored ${stored.length} times`)
    const ends = stored.map(({ outcome }) => outcome?.kind ?? 'open')
    const possible = mayDoIt ? endsOf[word] : ['command-refused']
    if (ends.some((end) => !possible.includes(end))) found.push(`command ${comment} (${body}) ended as ${ends.join(', ')}`)
  }

  found.push(...database.intents.flatMap((intent) => endOf(intent, database.deployments)))
  for (const { id, state } of database.deployments) {
    const known = states.find((one) => one === state)
    if (!known || !isTerminal(known)) found.push(`deployment ${id} is ${state}`)
  }
  return found.map((what) => ({ invariant: 1, what }))
}

const refusable = ['answered', 'command-refused']

/** How a command of somebody who may give it can end. */
const endsOf: Record<Word, readonly string[]> = {
  // Of two people who see the same outage the second is told of the first.
  rollback: ['deployments', 'answered'],
  approve: refusable,
  reject: refusable,
  cancel: refusable,
  lock: refusable,
  'lock all': refusable,
  unlock: refusable,
  promote: ['deployments', ...refusable],
  deploy: ['deployments', 'command-refused'],
  older: ['deployments', 'command-refused'],
  'older again': ['deployments', 'command-refused'],
}

/** What Landfall has to make of a webhook. */
function wishOf({
  event,
  payload,
}: Evidence['deliveries'][number]): { kind: 'push'; after: string } | { kind: 'command'; comment: number } | undefined {
  const at = (...path: string[]): unknown => path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), payload)
  if (event === 'push') return { kind: 'push', after: String(at('after')) }
  if (event === 'pull_request' && at('pull_request', 'merged') === true)
    return { kind: 'push', after: String(at('pull_request', 'merge_commit_sha')) }
  const isCommand =
    event === 'issue_comment' &&
    at('action') === 'created' &&
    at('sender', 'type') !== 'Bot' &&
    /^\/[a-z]/m.test(String(at('comment', 'body')))
  return isCommand ? { kind: 'command', comment: Number(at('comment', 'id')) } : undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** One end, and the deployments it speaks of are those there are. */
function endOf({ id, outcome, after, comment }: StoredIntent, deployments: Evidence['database']['deployments']): string[] {
  const wish = `${comment ? `command ${comment.id}` : `push of ${after}`} (${id})`
  if (!outcome) return [`${wish} has no end`]
  const own = deployments.filter(({ intent }) => intent === id).map((one) => one.id)
  const said = outcome.kind === 'deployments' ? outcome.ids : []
  const found =
    new Set(own).symmetricDifference(new Set(said)).size > 0 ? [`${wish} ended with ${said.join(', ')}, there are ${own.join(', ')}`] : []
  if (outcome.kind === 'refused') found.push(`${wish} was refused, and nothing was wrong with it`)
  if (outcome.kind === 'nothing-to-do' && !nothingToDo.test(outcome.why)) found.push(`${wish} came to nothing: ${outcome.why}`)
  return found
}

/** It is there already, or it is a branch that Landfall made itself, to take back in Git what somebody rolled back. */
const nothingToDo = /already deployed or being deployed$|^no environment follows branch (landfall\/|revert-)/
