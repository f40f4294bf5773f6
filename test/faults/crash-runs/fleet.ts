import { randomFrom } from './random.ts'

/** How production is switched where it is more than one host that goes down and comes up. */
export interface Fleet {
  /** How many hosts production has. */
  hosts: number
  /** One host after the other, with so many seconds between; absent: all at once. */
  rolling?: { pause: number }
  /** The first goes before all others, and is watched, or people have to let the others follow. */
  canary?: 'watched' | 'approved'
  /** New containers of the web service are started beside the old ones. */
  startFirst: boolean
  /** Hosts that are proved keep the release when another fails. */
  keep: boolean
}

/** The fleet of a seed's town; undefined where production is one host. It has a row of numbers of its own, as rules have. */
export function fleetOf(seed: number): Fleet | undefined {
  const random = randomFrom(seed + 0x3000_0000)
  if (random.chance(0.5)) return undefined
  const hosts = random.whole(1, 3)
  const canary = random.pick<Fleet['canary']>([
    [3, undefined],
    [1, 'watched'],
    [2, 'approved'],
  ])
  return {
    hosts,
    ...(hosts > 1 && random.chance(0.6) && { rolling: { pause: random.whole(0, 2) } }),
    ...(hosts > 1 && canary && { canary }),
    startFirst: hosts === 1 || random.chance(0.3),
    keep: hosts > 1 && random.chance(0.2),
  }
}

/** What production says of it in landfall.yml. */
export function rolloutText(fleet: Fleet | undefined): string {
  if (!fleet) return ''
  const { rolling, canary, startFirst, keep } = fleet
  const words = [
    ...(rolling ? [`strategy: rolling, batch: 1, pause: ${rolling.pause}s`] : []),
    ...(canary ? [`canary: { hosts: 1, ${canary === 'watched' ? 'soak: 2s' : 'then: approve'} }`] : []),
    ...(startFirst ? ['start-first: [web]'] : []),
    ...(keep ? ['on-failure: keep'] : []),
  ]
  return words.length > 0 ? `, rollout: { ${words.join(', ')} }` : ''
}

/** The fleet in words. */
export function tellFleet(fleet: Fleet | undefined): string {
  if (!fleet) return 'one host'
  const { hosts, rolling, canary, startFirst, keep } = fleet
  const how = [
    hosts === 1 ? 'one host' : `${hosts} hosts ${rolling ? `one after the other, ${rolling.pause} s between` : 'at once'}`,
    ...(canary ? [`a canary that is ${canary}`] : []),
    ...(startFirst ? ['the new web beside the old'] : []),
    ...(keep ? ['what is proved is kept'] : []),
  ]
  return how.join(', ')
}
