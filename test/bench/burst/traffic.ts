/** A repository of a burst. */
export interface Place {
  /** `owner/name` */
  repository: string
  /** Branches that get pushes beside `main`. */
  branches: number
}

/** A commit that a burst tells of, by its place in the history of a branch: 0 is the first commit the burst brings. */
export interface Brought {
  branch: string
  index: number
}

/** One webhook of a burst, reduced to what counts. */
export type Told = { guid: string; repository: string } & Telling
export type Telling =
  | ({ kind: 'push' } & Brought)
  | ({ kind: 'merged' } & Brought)
  | { kind: 'tag' | 'branch deleted' | 'pull request opened' | 'pull request closed' }
  | { kind: 'talk' }
  /** A command; `comment` counts the commands of a burst. */
  | { kind: 'command'; comment: number }

/** Share of each kind among 1,000 webhooks, and how many webhooks one of them is: a merge is told twice, what GitHub sends again as well. */
const mix = [
  { share: 490, make: branchPush },
  { share: 20, make: merge },
  { share: 210, make: pullRequest },
  { share: 245, make: talk },
  { share: 5, make: command },
  { share: 30, make: leaving },
] as const

/** Of 1,000 webhooks so many are sent a second time: half under the same GUID, half under another. */
const repeated = 50

/**
 * What GitHub tells of a busy organisation. The same seed gives the same webhooks.
 *
 * @param total how many webhooks; a last merge may be cut in two
 */
export function traffic(places: readonly Place[], total: number, seed: number): Told[] {
  const scene = createScene(places, seed)
  const told: Told[] = []
  while (told.length < total) {
    const { make } = scene.weighted(mix)
    for (const one of make(scene)) {
      told.push(one)
      if (scene.below(1000) < repeated) told.push(scene.below(2) === 0 ? one : { ...one, guid: scene.guid() })
    }
  }
  return told.slice(0, total)
}

/** How many commits each branch of a repository needs for this traffic. */
export function commitsIn(told: readonly Told[], repository: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const one of told) {
    if (one.repository !== repository || (one.kind !== 'push' && one.kind !== 'merged')) continue
    counts.set(one.branch, Math.max(counts.get(one.branch) ?? 0, one.index + 1))
  }
  return counts
}

interface Scene {
  below(limit: number): number
  weighted<T extends { share: number }>(options: readonly T[]): T
  guid(): string
  place(): Place
  /** The next commit of a branch. */
  bring(place: Place, branch: string): Brought
  comment(): number
}

function createScene(places: readonly Place[], seed: number): Scene {
  const random = randomNumbers(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const next = new Map<string, number>()
  let guids = 0
  let comments = 0
  return {
    below,
    weighted(options) {
      let left = below(options.reduce((sum, { share }) => sum + share, 0))
      for (const option of options) {
        left -= option.share
        if (left < 0) return option
      }
      throw new Error('the shares do not add up')
    },
    guid() {
      guids += 1
      return `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-${guids.toString(16).padStart(12, '0')}`
    },
    place() {
      const found = places[below(places.length)]
      if (!found) throw new Error('a burst needs a repository')
      return found
    },
    bring({ repository }, branch) {
      const key = `${repository} ${branch}`
      const index = next.get(key) ?? 0
      next.set(key, index + 1)
      return { branch, index }
    },
    comment() {
      comments += 1
      return comments
    },
  }
}

function branchPush(scene: Scene): Told[] {
  const place = scene.place()
  return [said(scene, place, { kind: 'push', ...scene.bring(place, `feature-${scene.below(place.branches)}`) })]
}

function merge(scene: Scene): Told[] {
  const place = scene.place()
  const brought = scene.bring(place, 'main')
  return [said(scene, place, { kind: 'push', ...brought }), said(scene, place, { kind: 'merged', ...brought })]
}

function pullRequest(scene: Scene): Told[] {
  return [said(scene, scene.place(), { kind: scene.below(2) === 0 ? 'pull request opened' : 'pull request closed' })]
}

function talk(scene: Scene): Told[] {
  return [said(scene, scene.place(), { kind: 'talk' })]
}

function command(scene: Scene): Told[] {
  return [said(scene, scene.place(), { kind: 'command', comment: scene.comment() })]
}

function leaving(scene: Scene): Told[] {
  return [said(scene, scene.place(), { kind: scene.below(2) === 0 ? 'tag' : 'branch deleted' })]
}

const said = (scene: Scene, { repository }: Place, telling: Telling): Told => ({ guid: scene.guid(), repository, ...telling })

/** Mulberry32: small, and good enough to mix traffic. From 0 up to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
