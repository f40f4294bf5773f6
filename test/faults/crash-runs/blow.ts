/** What became of a strike: it hit something that lived, or it missed. */
export type Blow = { kind: 'hit' } | { kind: 'missed'; why: string }

export const hit: Blow = { kind: 'hit' }
export const missed = (why: string): Blow => ({ kind: 'missed', why })
