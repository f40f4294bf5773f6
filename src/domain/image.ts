import type { Digest, Sha } from './repository.ts'

/** An image resolved once through the registry; everything later runs by digest. */
export interface ResolvedImage {
  /** `ghcr.io/acme/shop` */
  repository: string
  /** The tag that was resolved, for people only. */
  tag: string
  /** Digest of what the tag named: an index, or a single manifest. This is what Compose is given. */
  digest: Digest
  /** One entry per platform; a plain manifest has one. Attestations are left out. */
  platforms: ImagePlatform[]
}

/** Hosts show one or another of these digests, depending on their image store. */
export interface ImagePlatform {
  /** `linux/amd64`, `linux/arm64/v8` */
  platform: string
  manifest: Digest
  config: Digest
}

/** An image fixed in a plan. */
export interface PinnedImage extends ResolvedImage {
  /** The `image:` line as the Compose file has it, before interpolation. */
  line: string
  /** The commit it was built from; absent for images the repository does not build. */
  revision?: Sha
}

/** An `image:` line of a Compose file as its author wrote it, before interpolation: `ghcr.io/acme/shop:${TAG}`. */
export interface ImageLine {
  service: string
  line: string
  /** Where it stands; line and column count from 1. */
  file: string
  at: { line: number; column: number }
}

/** `ghcr.io/acme/shop@sha256:…`: the only form in which an image reaches a host. */
export const pinnedReference = (image: ResolvedImage): string => `${image.repository}@${image.digest}`

/** Every digest under which a host of this platform may show the image. */
export function digestsOn(image: ResolvedImage, platform: string): Digest[] {
  const own = image.platforms.find((candidate) => samePlatform(candidate.platform, platform))
  return own ? [image.digest, own.manifest, own.config] : [image.digest]
}

/** Whether an image built for `offered` runs on a host of `platform`; `linux/arm64/v8` is `linux/arm64`. */
export function samePlatform(offered: string, platform: string): boolean {
  const family = (name: string) => name.replace(/^linux\/arm64\/v8$/, 'linux/arm64')
  return family(offered) === family(platform)
}
