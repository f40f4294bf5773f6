import type { Word } from './acts.ts'
import type { History } from './history.ts'
import type { Place } from './rules.ts'

/** A command as somebody writes it. Commits go by their number. */
export function wordsOf(word: Word, place: Place | undefined, { heads }: Pick<History, 'heads'>): string {
  const named = place === undefined ? '' : ` ${place}`
  const older = heads.at(-2)?.sha.slice(0, 12) ?? ''
  switch (word) {
    case 'reject':
      return `/reject${named} we found something`
    case 'lock':
      return `/lock${named} the database moves`
    case 'lock all':
      return '/lock --all everything moves'
    case 'unlock':
      return place === undefined ? '/unlock --all' : `/unlock${named}`
    case 'older':
      return `/deploy${named} ${older}`
    case 'older again':
      return `/deploy${named} ${older} --again`
    default:
      return `/${word}${named}`
  }
}
