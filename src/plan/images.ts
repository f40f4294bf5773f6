import type { ImageRule } from '../domain/configuration.ts'
import type { ImageLine, PinnedImage } from '../domain/image.ts'
import { type HostProfiles, hasPlaceOn } from '../domain/placement.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import { type Sha, shortSha } from '../domain/repository.ts'
import type { ComposeModel } from './model.ts'
import { fullRepository, readReference, sameRepository } from './reference.ts'

/** The image of one service, ready to be asked for in its registry. */
export interface ServiceImage {
  service: string
  /** As written, without tag and digest. */
  repository: string
  /** What to resolve: a tag, or `sha256:…` where the line fixes a digest itself. */
  tag: string
  /** The `image:` line before interpolation. */
  line: string
  /** Absent for images the repository does not build. */
  built?: { rule: string; revision: Sha }
}

/** An image that need not be built from the deployed commit: one that was is there already. */
export interface Origin {
  /** The commit it was built from. */
  revision: Sha
  /** Where its digest is known, and runs by it. */
  pinned?: PinnedImage
}

/** By the image's name in the repository's file. */
export type Origins = Readonly<Record<string, Origin>>

/** Of these images those that the file's rules name and that the repository built. */
export const originsIn = (images: readonly PinnedImage[], rules: Record<string, ImageRule>): Origins =>
  Object.fromEntries(
    Object.entries(rules).flatMap(([name, rule]) =>
      images.flatMap((pinned) =>
        pinned.revision !== undefined && sameRepository(rule.repository, pinned.repository)
          ? [[name, { revision: pinned.revision, pinned }]]
          : [],
      ),
    ),
  )

/** The same images, those with an origin as they were built from it. */
export function withOrigins(images: readonly ServiceImage[], origins: Origins, rules: Record<string, ImageRule>): ServiceImage[] {
  return images.map((image) => {
    const name = image.built?.rule ?? ''
    const [rule, origin] = [rules[name], origins[name]]
    return rule && origin ? { ...image, tag: tagOf(rule, origin.revision), built: { rule: name, revision: origin.revision } } : image
  })
}

/** The tag an image of this rule has for a revision. */
export const tagOf = (rule: ImageRule, revision: Sha): string =>
  rule.tag.replaceAll('{sha}', revision).replaceAll('{short-sha}', shortSha(revision))

export interface ImagesRequest {
  model: ComposeModel
  /** By service, as the renderer found them. */
  imageLines: Record<string, string>
  /** With their places in the files, for messages. */
  lines: ImageLine[]
  images: Record<string, ImageRule>
  /** Where these are written, for messages. */
  file: string
  revision: Sha
  /** Of the hosts: a service that none of them has runs nowhere. */
  profiles: HostProfiles
}

/**
 * Says for every service that will run which image it needs: one the repository builds, found by its rule's repository and
 * tag template, or somebody else's by tag or digest. What has no fixed name is refused: `latest` is never deployed.
 */
export function planImages(request: ImagesRequest): Parsed<ServiceImage[]> {
  const offered = [...request.profiles.values()].flat()
  const found = Object.entries(request.model.services)
    .filter(([, service]) => hasPlaceOn(service.profiles, offered))
    .map(([name, service]) => imageOf(name, service.image, request))
  const problems = [...found.flatMap((one) => (one.kind === 'invalid' ? one.problems : [])), ...unusedRules(request)]
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'ok', value: found.flatMap((one) => (one.kind === 'ok' ? [one.value] : [])) }
}

function imageOf(service: string, image: string | undefined, request: ImagesRequest): Parsed<ServiceImage> {
  const refuse = (what: string, remedy: string): Parsed<ServiceImage> => ({
    kind: 'invalid',
    problems: [{ ...placeOf(service, request), path: `services.${service}.image`, what, remedy }],
  })
  if (image === undefined) {
    return refuse(
      'it is built on the spot and names no image',
      `Build it in CI, push it, name it with \`image:\` and list it under \`images:\` in ${request.file}`,
    )
  }
  const line = request.imageLines[service] ?? image
  const { repository, tag, digest } = readReference(image)
  const rule = Object.entries(request.images).find(([, candidate]) => sameRepository(candidate.repository, repository))
  if (rule) {
    const expected = tagOf(rule[1], request.revision)
    if (tag === expected && !digest)
      return { kind: 'ok', value: { service, repository, tag, line, built: { rule: rule[0], revision: request.revision } } }
    return refuse(
      `"${line}" does not follow the commit that is deployed`,
      `Write \`image: ${repository}:\${TAG}\`: Landfall gives TAG the value ${expected} here`,
    )
  }
  if (digest) return { kind: 'ok', value: { service, repository, tag: digest, line } }
  if (tag && tag !== 'latest') return { kind: 'ok', value: { service, repository, tag, line } }
  const what = tag ? `"${line}" asks for latest, which is another image every time` : `"${line}" has no tag, which means latest`
  return refuse(
    what,
    `Name a version, such as \`${repository}:1.2\`, or list it under \`images:\` in ${request.file} if this repository builds it`,
  )
}

/** A rule that no service uses is a slip of the pen: its image would be built and never deployed. */
function unusedRules({ model, images, file }: ImagesRequest): Problem[] {
  const used = new Set(Object.values(model.services).map((service) => fullRepository(readReference(service.image ?? '').repository)))
  return Object.entries(images)
    .filter(([, rule]) => !used.has(fullRepository(rule.repository)))
    .map(([name, rule]) => ({
      file,
      path: `images.${name}`,
      what: `no service of the Compose file uses ${rule.repository}`,
      remedy: 'Correct the repository here or the `image:` line there, or remove the rule',
    }))
}

function placeOf(service: string, { lines, imageLines }: ImagesRequest): { file: string; line?: number; column?: number } {
  const own = lines.filter((line) => line.service === service)
  const found =
    own.findLast((line) => line.line === imageLines[service]) ?? own.at(-1) ?? lines.find((line) => line.line === imageLines[service])
  return found ? { file: found.file, line: found.at.line, column: found.at.column } : { file: lines[0]?.file ?? 'compose.yml' }
}
