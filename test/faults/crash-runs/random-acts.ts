import type { Act, CheckEnds, Deed, Person, Said, Telling, Version, Word } from './acts.ts'
import type { Random } from './random.ts'

/** In a town with production alone. */
export function plainAct(random: Random): Act {
  const deed = plainDeed(random)
  const pause = random.chance(0.3) ? 'quiet' : random.pick([[2, 0] as const, [5, random.whole(50, 1500)] as const])
  return { deed, pause, told: aTelling(random) }
}

/** In a town with staging, in which people have more to say. */
export function ruledAct(random: Random): Act {
  const deed = ruledDeed(random)
  const wanted = deed.kind === 'say' && (deed.word === 'approve' || deed.word === 'reject')
  const pause = random.pick<Act['pause']>([
    [wanted ? 7 : 1, 'asked'],
    [2, 'quiet'],
    [1, 0],
    [4, random.whole(50, 2500)],
  ])
  return { deed, pause, told: aTelling(random) }
}

const aTelling = (random: Random): Telling =>
  random.pick([
    [10, 'once'],
    [3, 'twice'],
    [3, 'late'],
    [2, 'never'],
    [2, 'shuffled'],
  ])

const aVersion = (random: Random): Version =>
  random.pick([
    [12, 'healthy'],
    [1, 'unhealthy'],
    [1, 'crashes'],
    [3, 'stubborn'],
  ])

function plainDeed(random: Random): Deed {
  const version = aVersion(random)
  return random.pick<Deed>([
    [11, { kind: 'merge', version, image: random.chance(0.12) ? 'late' : 'there' }],
    [3, { kind: 'two merges', told: random.chance(0.5) ? 'in order' : 'in the wrong order' }],
    [2, { kind: 'push' }],
    [2, { kind: 'force push', back: random.whole(1, 2) }],
    [4, { kind: 'say', word: 'rollback', by: random.chance(0.8) ? 'mona' : 'hubot' }],
  ])
}

function ruledDeed(random: Random): Deed {
  const version = aVersion(random)
  const check = random.pick<CheckEnds>([
    [6, 'green'],
    [1, 'red'],
    [2, 'late'],
  ])
  return random.pick<Deed>([
    [9, { kind: 'merge', version, image: random.chance(0.12) ? 'late' : 'there', check }],
    [2, { kind: 'two merges', told: random.chance(0.5) ? 'in order' : 'in the wrong order' }],
    [1, { kind: 'push' }],
    [1, { kind: 'force push', back: random.whole(1, 2) }],
    [17, aSaying(random)],
  ])
}

function aSaying(random: Random): Said {
  const word = random.pick<Word>([
    [7, 'approve'],
    [2, 'reject'],
    [2, 'promote'],
    [3, 'rollback'],
    [2, 'cancel'],
    [2, 'lock'],
    [1, 'lock all'],
    [2, 'unlock'],
    [1, 'deploy'],
    [1, 'older'],
    [1, 'older again'],
  ])
  const by = random.pick<Person>([
    [4, 'lisa'],
    [4, 'peter'],
    [3, 'mona'],
    [1, 'hubot'],
  ])
  const ofProduction = word === 'approve' || word === 'reject' || word === 'promote' || random.chance(0.7)
  return { kind: 'say', word, by, place: ofProduction ? 'production' : 'staging' }
}
