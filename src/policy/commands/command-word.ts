import { type CommandKind, commandKinds } from '../../domain/command.ts'
import { slipsBetween } from '../../domain/suggest.ts'

/** What a word behind a slash is to Landfall. */
export type CommandWord = { kind: 'known'; name: CommandKind } | { kind: 'nearly'; name: CommandKind } | { kind: 'not-ours' }

/** Words that are right as they are: a name of something else, although only two slips from one of Landfall's. */
const others = new Set(['retest', 'revert', 'unblock'])

/**
 * Whether a word is the name of a command, nearly one, or none of Landfall's business: `/cc`, `/lgtm`, `/retest` and whatever else
 * the bots beside it listen to, which must not be answered. Nearly means one slip in words of up to five letters and two in longer
 * ones, with the first letter right: people seldom miss that one, and `/improve` is somebody else's.
 */
export function commandWord(word: string): CommandWord {
  const written = word.toLowerCase()
  const known = commandKinds.find((name) => name === written)
  if (known) return { kind: 'known', name: known }
  const letters = written.replace(/[.,:;!?]+$/, '')
  if (others.has(letters)) return { kind: 'not-ours' }
  const tolerance = letters.length <= 5 ? 1 : 2
  const [nearest] = commandKinds
    .filter((name) => name[0] === letters[0])
    .map((name) => ({ name, slips: slipsBetween(letters, name) }))
    .sort((one, other) => one.slips - other.slips)
  return nearest && nearest.slips <= tolerance ? { kind: 'nearly', name: nearest.name } : { kind: 'not-ours' }
}
