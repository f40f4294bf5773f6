import type { Word } from '../acts.ts'
import { answersTo, type Evidence } from '../evidence.ts'
import { nameOf } from '../stored.ts'

/** An evaluation may have begun just before a lock was set, and its Landfall may have hung since; in milliseconds. */
const onTheWay = 8000

/**
 * While an environment was locked nobody else's deployment was planned: none that was asked for after people were told of the lock, and of
 * those before only what was on its way already. When that was, Landfall's log tells; lines that got lost with their Landfall are not missed.
 */
export function brokenLocks(evidence: Evidence): string[] {
  const { database, planned } = evidence
  return locksIn(evidence).flatMap(({ by, place, from, until }) => {
    const others = database.deployments.filter(
      (one) => one.kind === 'deploy' && one.actor !== by && (place === everywhere || one.environment === place),
    )
    return others.flatMap((one) => {
      const [at, asked] = [planned.get(one.id) ?? Number.NEGATIVE_INFINITY, Date.parse(one.created_at)]
      const since = asked > from ? from : from + onTheWay
      return at > since && at < until ? [`${nameOf(one)} was planned although ${by} had locked ${place}`] : []
    })
  })
}

interface Held {
  by: string
  /** An environment, or `--all`. */
  place: string | undefined
  /** From when on it held for certain, and until when; in milliseconds since 1970. */
  from: number
  until: number
}

const everywhere = '--all'

/**
 * The locks that people were told of. What ends one may have been heard as soon as it was written, and as late as it was answered; where it
 * was not answered yet nobody knows.
 */
function locksIn(evidence: Evidence): Held[] {
  const { history, github } = evidence
  const said = (words: readonly Word[]) =>
    history.commands
      .filter(({ word }) => words.includes(word))
      .map((command) => ({
        by: command.by,
        place: command.body.split(' ')[1],
        written: github.comments.find(({ id }) => id === command.comment)?.createdAt.getTime() ?? 0,
        answer: answersTo(command, evidence)[0],
      }))
  const unlocks = said(['unlock']).filter(({ answer }) => !answer || / (is|are) unlocked\*\*/.test(answer.body))
  return said(['lock', 'lock all']).flatMap(({ by, place, written, answer }) => {
    if (!answer || !/ is locked\*\*/.test(answer.body)) return []
    const ends = unlocks.filter(
      (unlock) => unlock.place === place && (unlock.answer?.createdAt.getTime() ?? Number.POSITIVE_INFINITY) >= written,
    )
    const until = Math.min(...ends.map((unlock) => unlock.written), Number.POSITIVE_INFINITY)
    return [{ by, place, from: answer.createdAt.getTime(), until }]
  })
}
