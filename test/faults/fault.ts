import { stillWorks } from './still-works.ts'
import type { FaultTown, Profile, Towns } from './towns.ts'

/** One thing that goes wrong under the running parts, for real. */
export interface Fault {
  /** Row of the list of faults: `F1`. */
  row: string
  /** What is done to them, in a few words. */
  injected: string
  /** Which Landfall suffers it; `several machines` where absent. */
  on?: Profile
  /**
   * Does it at its moment, shows that it did happen then, and sees from outside what must hold. Resolves to the outcome in
   * a few words. Throws when something did not hold, and when the moment was missed: a fault that never came shows nothing.
   */
  run(town: FaultTown): Promise<string>
}

export type Ending = { kind: 'survived'; outcome: string } | { kind: 'broken'; how: string }

/** Faults of one town follow one another: each town is built once. Within one, the order of the rows stays. */
export const inTurn = (faults: readonly Fault[]): Fault[] => {
  const ofProfile = (profile: Profile) => faults.filter((fault) => profileOf(fault) === profile)
  return [...ofProfile('one machine'), ...ofProfile('several machines')]
}

export const profileOf = ({ on = 'several machines' }: Fault): Profile => on

/**
 * Injects one fault, and then sees that the town works as before: a good merge deploys, and what no deployment touches was
 * not touched. A town that was broken is given up, so that the next fault meets one that works.
 */
export async function inject(fault: Fault, towns: Towns): Promise<Ending> {
  const profile = profileOf(fault)
  let town: FaultTown | undefined
  try {
    town = await towns.open(profile)
    const outcome = await fault.run(town)
    await stillWorks(town, fault.row)
    return { kind: 'survived', outcome }
  } catch (error) {
    const said = town?.scenario.landfall.log.slice(-linesToShow).map((line) => JSON.stringify(line).slice(0, widestLine)) ?? []
    await towns.giveUp(profile)
    return { kind: 'broken', how: [error instanceof Error ? error.message : String(error), ...said].join('\n') }
  }
}

/** Of Landfall's log, where something broke. */
const linesToShow = 15
const widestLine = 400
