import { setTimeout as pause } from 'node:timers/promises'
import type { Act } from './acts.ts'
import type { Blow } from './blow.ts'
import type { Script, Strike } from './script.ts'
import { strike } from './strikes.ts'
import type { RunTown } from './town.ts'

/** A strike and what became of it. */
export interface Struck {
  strike: Strike
  blow: Blow
}

/** People wait for so long at most, in seconds, until all is quiet; then they go on all the same. */
const patience = 12

export interface Played {
  struck: Struck[]
  /** When the last act was told and the last strike put right, by `performance.now()`. */
  endedAt: number
}

/** Plays a script to its end: acts, strikes in between, and everything that was struck put right again. */
export async function playScript(town: RunTown, { acts, strikes }: Script): Promise<Played> {
  const over = new AbortController()
  let endedAt = 0
  const striking: Promise<Struck>[] = []
  for (const [index, act] of acts.entries()) {
    for (const plan of strikes.filter(({ during }) => during === index)) {
      const struck = strike(town, plan, over.signal).then((blow) => {
        if (blow.kind === 'hit') endedAt = performance.now()
        return { strike: plan, blow }
      })
      // What goes wrong is told at the end, with the rest.
      struck.catch(() => undefined)
      striking.push(struck)
    }
    await rest(act)
    await town.people.perform(act)
  }
  await town.people.allTold()
  endedAt = performance.now()
  await town.waiting.quiet(patience)
  // What has not come by now does not come any more.
  over.abort()
  const ended = await Promise.allSettled(striking)
  await Promise.all(town.landfalls.members.map((member) => member.start()))
  const struck = ended.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  return { struck, endedAt }

  async function rest({ pause: wanted }: Act): Promise<void> {
    if (wanted === 'quiet') await town.waiting.quiet(patience)
    else if (wanted === 'asked') await town.waiting.asked(patience)
    else await pause(wanted)
  }
}
