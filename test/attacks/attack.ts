import { type AttackedTown, canarySeen } from './town.ts'

/** One thing an attacker does to the running parts. */
export interface Attack {
  /** Row of the list of attacks: `A2`. */
  row: string
  /** In a few words. */
  tried: string
  /** Does it. Resolves to what shows that it was refused; throws when it got through. */
  attempt(town: AttackedTown): Promise<string>
}

export type Verdict = { kind: 'refused'; shownBy: string } | { kind: 'got-through'; how: string }

/** Tries an attack. Whatever it was after, no word of it may have been run as a command anywhere. */
export async function tryAttack(attack: Attack, town: AttackedTown): Promise<Verdict> {
  try {
    const shownBy = await attack.attempt(town)
    const seen = await canarySeen(town)
    if (seen.length > 0) return { kind: 'got-through', how: `the canary file sits on ${seen.join(' and ')}` }
    return { kind: 'refused', shownBy }
  } catch (error) {
    return { kind: 'got-through', how: error instanceof Error ? error.message : String(error) }
  }
}
