import { z } from 'zod'
import type { Digest } from '../../domain/repository.ts'

export const digestPattern = /^sha256:[0-9a-f]{64}$/
const digest = z.string().regex(digestPattern)
const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
const entry = z.looseObject({ digest, platform: platform.optional(), annotations: z.record(z.string(), z.string()).optional() })
const index = z.looseObject({ manifests: z.array(entry).max(100) })
const single = z.looseObject({ config: z.looseObject({ digest }) })

/** Every form an image has: OCI and Docker, one platform or several. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export type Manifest =
  | { kind: 'index'; entries: { platform: string; manifest: Digest }[] }
  | { kind: 'single'; config: Digest }
  | { kind: 'unreadable' }

/** Reads a manifest's JSON. Attestations in an index, which buildx marks twice, are no images and left out. */
export function readManifest(body: unknown): Manifest {
  const several = index.safeParse(body)
  if (several.success) {
    const entries = several.data.manifests.flatMap(({ digest, platform, annotations }) => {
      if (!platform || platform.os === 'unknown' || annotations?.['vnd.docker.reference.type'] !== undefined) return []
      return [{ platform: platformName(platform), manifest: digest }]
    })
    return { kind: 'index', entries }
  }
  const one = single.safeParse(body)
  return one.success ? { kind: 'single', config: one.data.config.digest } : { kind: 'unreadable' }
}

/** The platform an image's configuration names; undefined where it names none. */
export function platformOf(config: unknown): string | undefined {
  const parsed = platform.safeParse(config)
  return parsed.success ? platformName(parsed.data) : undefined
}

const platformName = ({ os, architecture, variant }: z.infer<typeof platform>): string =>
  [os, architecture, ...(variant ? [variant] : [])].join('/')
