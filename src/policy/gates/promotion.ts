import type { PathsRule } from '../../domain/configuration.ts'
import { reason } from '../../domain/reason.ts'
import { type Digest, type Instant, type Sha, shortSha } from '../../domain/repository.ts'
import { type Closed, type Open, refused, waiting } from './decision.ts'
import { namesText } from './names.ts'
import { type ChangedFiles, onlyIgnored } from './paths.ts'

/** A commit and the id of its content. */
export interface Content {
  revision: Sha
  tree: Sha
}

/** An image that is brought on, never built or looked up again. */
export interface PromotedImage {
  digest: Digest
  /** The commit it was built from, which is also the version it tells. */
  revision: Sha
}

/** A deployment that was verified in the environment that comes first; its revision is the commit that was deployed. */
export interface VerifiedRelease extends Content {
  /** By the image's name in the repository's file. */
  images: Record<string, PromotedImage>
  verifiedAt: Instant
  /** It was rolled back, or failed, since. */
  quarantined: boolean
}

/** A commit on its way to be verified. */
export interface Coming extends Content {
  /** It is proved and bakes until then. */
  bakesUntil?: Instant
}

/** An environment that has to have verified the images first. */
export interface Before {
  environment: string
  /** Whether the head of the branch still has it. */
  exists: boolean
  /** Newest first. */
  verified: readonly VerifiedRelease[]
  /** On their way there: waiting, planned, being deployed, or proved and baking. */
  underway: readonly Coming[]
  /** Were to go there, and failed. */
  failed: readonly Content[]
}

/** A commit that the one to deploy is built on, or whose contents nearly are the same. */
export interface Alike extends Content {
  /** Between it and the commit to deploy. */
  changed: ChangedFiles
}

export interface PromotionFacts extends Content {
  environment: string
  /** Names of the images to deploy. */
  images: readonly string[]
  /** The nearest first, down to the last that may have been verified; through every parent of a merge. */
  alike: readonly Alike[]
  /** What the head and what runs leave out. A file counts as ignored where all of them say so: a change does not excuse itself. */
  paths: readonly PathsRule[]
  /** Every one of them counts; none: images are not promoted here. */
  before: readonly Before[]
}

/** Open: what to deploy of each image, empty where nothing comes before. */
export type PromotionDecision = (Open & { images: Record<string, PromotedImage> }) | Closed

/**
 * The very digests that were verified in the environment before: those of the same commit, or of one with the same content (as a
 * merge, squash or rebase leaves it), or of the newest verified one from which only ignored files differ. All come from
 * one release, as they were verified together.
 */
export function promotion(facts: PromotionFacts): PromotionDecision {
  const { before, images } = facts
  const found = before.map((each) => ({ each, release: findIn(each.verified, facts) }))
  const closed = found.flatMap(({ each, release }) => closedBy(each, release, facts))
  const worst = closed.find(({ kind }) => kind === 'refused') ?? closed[0]
  if (worst) return worst

  const [first, ...others] = found.flatMap(({ each, release }) => (release ? [{ each, release }] : []))
  if (!first) return { kind: 'open', images: {} }
  for (const { each, release } of others) {
    const different = images.filter((name) => release.images[name]?.digest !== first.release.images[name]?.digest)
    if (different.length > 0) return missing(each, facts, different)
  }
  const promoted = images.flatMap((name) => Object.entries(first.release.images).filter(([key]) => key === name))
  return {
    kind: 'open',
    evidence: {
      after: namesText(before.map(({ environment }) => environment)),
      commit: shortSha(first.release.revision),
      by: howText(first.release, facts),
    },
    images: Object.fromEntries(promoted),
  }
}

/** What of these stands for the commit to deploy: itself, its equal, or the newest ancestor that differs in nothing that matters. */
function findIn<C extends Content>(candidates: readonly C[], { revision, tree, alike, paths }: PromotionFacts): C | undefined {
  const same = candidates.find((candidate) => candidate.revision === revision)
  const equal = same ?? candidates.find((candidate) => candidate.tree === tree)
  if (equal) return equal
  for (const near of alike) {
    if (!onlyIgnored(paths, near.changed)) continue
    const found = candidates.find((candidate) => candidate.revision === near.revision || candidate.tree === near.tree)
    if (found) return found
  }
  return undefined
}

function closedBy(before: Before, release: VerifiedRelease | undefined, facts: PromotionFacts): Closed[] {
  // What failed there is not excused by an ancestor of it that had not.
  const failedItself = before.failed.find((failed) => isEqual(failed, facts))
  const stands = release && !release.quarantined && (isEqual(release, facts) || !failedItself)
  if (stands) {
    const absent = facts.images.filter((name) => !Object.hasOwn(release.images, name))
    return absent.length > 0 ? [missing(before, facts, absent)] : []
  }
  const evidence = { environment: facts.environment, after: before.environment }
  if (!before.exists) return [refused(reason('promotion-environment-gone', evidence))]
  const coming = findIn(before.underway, facts)
  if (coming)
    return [waiting(reason('promotion-pending', { ...evidence, commit: shortSha(coming.revision), bakes: coming.bakesUntil ?? '' }))]
  const bad = failedItself ?? release ?? findIn(before.failed, facts)
  if (bad) return [refused(reason('promotion-quarantined', { ...evidence, tried: shortSha(bad.revision) }))]
  return [missing(before, facts, [])]
}

const isEqual = (one: Content, other: Content): boolean => one.revision === other.revision || one.tree === other.tree

function missing(before: Before, { environment, revision }: PromotionFacts, images: readonly string[]): Closed {
  const evidence = { environment, after: before.environment, revision, commit: shortSha(revision), image: namesText(images) }
  return refused(reason('promotion-missing', evidence))
}

function howText(release: Content, { revision, tree }: Content): string {
  if (release.revision === revision) return 'the same commit'
  return release.tree === tree ? 'the same content' : 'only ignored files changed since'
}
