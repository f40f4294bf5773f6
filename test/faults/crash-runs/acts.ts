import type { Place } from './rules.ts'

/** What people do. */
export interface Act {
  deed: Deed
  /** Milliseconds after the act before, once all that came before is done, or once somebody is asked to approve something. */
  pause: number | 'quiet' | 'asked'
  told: Telling
}

export type Deed =
  | { kind: 'merge'; version: Version; image: 'there' | 'late'; check?: CheckEnds }
  /** Two merges, one right after the other. */
  | { kind: 'two merges'; told: 'in order' | 'in the wrong order' }
  | { kind: 'push' }
  /** To where the branch was so many moves ago. */
  | { kind: 'force push'; back: number }
  | Said

/** A command in a comment. mona, lisa and peter may, hubot may not. */
export interface Said {
  kind: 'say'
  word: Word
  by: Person
  /** Absent where there is production alone, and everybody knows what is meant. */
  place?: Place
}

export type Person = 'mona' | 'lisa' | 'peter' | 'hubot'

/** `older`: a commit by its number that main has left behind; `again` says that one knows what became of it. */
export type Word =
  | 'rollback'
  | 'approve'
  | 'reject'
  | 'promote'
  | 'cancel'
  | 'lock'
  | 'lock all'
  | 'unlock'
  | 'deploy'
  | 'older'
  | 'older again'

/** How the merged version behaves; `stubborn` takes seconds to be stopped, so that what replaces it takes long. */
export type Version = 'healthy' | 'unhealthy' | 'crashes' | 'stubborn'

export type CheckEnds = 'green' | 'red' | 'late'

/** How GitHub tells of it: `shuffled` in another order with pauses between. */
export type Telling = 'once' | 'twice' | 'late' | 'never' | 'shuffled'

export function tellAct({ deed, pause, told }: Act): string {
  const when = { quiet: 'when all is quiet', asked: 'when somebody is asked to approve something' }
  return `${typeof pause === 'string' ? when[pause] : `${pause} ms later`}, ${tellDeed(deed)}, told ${told}`
}

function tellDeed(deed: Deed): string {
  switch (deed.kind) {
    case 'merge': {
      const check = deed.check === undefined || deed.check === 'green' ? '' : `, its check ${deed.check}`
      return `a ${deed.version} version is merged${deed.image === 'late' ? ' before its image is there' : ''}${check}`
    }
    case 'two merges':
      return `two versions are merged one after the other, ${deed.told}`
    case 'push':
      return 'a version is pushed to main'
    case 'force push':
      return `main is forced back by ${deed.back}`
    case 'say':
      return `${deed.by} says ${deed.word}${deed.place === undefined ? '' : ` about ${deed.place}`}`
  }
}
