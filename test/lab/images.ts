import { attestation, type Document, type ImageConfig, index, manifestTypes, platformImage } from './image-documents.ts'
import { baseLayer, digestOf, type Layer, paddingLayer, scriptLayer } from './image-layers.ts'
import type { Registry } from './registry.ts'

/** How the app behaves; numbers are seconds. `answers` tells another version than the image's own. */
export type Behaviour =
  | 'healthy'
  | 'unhealthy'
  | 'crashes'
  | 'ignores-term'
  | { crashesAfter: number }
  | { slowStart: number }
  | { answers: string }

export interface AppImage {
  /** `acme/shop` */
  repository: string
  tag: string
  /** What /health tells, and the label org.opencontainers.image.revision. */
  version: string
  /** `healthy` where absent. */
  behaviour?: Behaviour
  /** A further layer of so many MiB that are nothing but room taken on a host's disk. */
  padding?: number
  /** Pushes an index with an attestation, as buildx does; true as soon as `platforms` are given. */
  index?: boolean
  /** `['linux/amd64', 'linux/arm64']`; this machine's own where absent. All hold this machine's programs. */
  platforms?: string[]
}

export interface PushedImage {
  /** `127.0.0.1:PORT/acme/shop:tag` */
  reference: string
  /** `127.0.0.1:PORT/acme/shop` */
  repository: string
  /** Digest of what the tag names: the index, or the manifest. */
  digest: string
  /** Digests of the manifest and configuration for this machine's platform, or else for the first one. */
  manifest: string
  config: string
}

/** This machine's platform: `linux/amd64` or `linux/arm64`. */
export const ownPlatform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

/** Pushes a version of the test app, past the registry's proxy; a matter of milliseconds after the first. */
export async function pushApp(registry: Registry, image: AppImage): Promise<PushedImage> {
  const { repository, tag, version, behaviour = 'healthy', platforms = [ownPlatform] } = image
  const config: ImageConfig = {
    Env: ['PATH=/bin', 'PORT=3000', `VERSION=${version}`, `BEHAVIOUR=${spell(behaviour)}`],
    Entrypoint: ['/app/serve'],
    Labels: { 'org.opencontainers.image.revision': version },
    ExposedPorts: { '3000/tcp': {} },
  }
  const layers = [await baseLayer(), await scriptLayer('app'), ...(image.padding === undefined ? [] : [await paddingLayer(image.padding)])]
  const asIndex = image.index ?? image.platforms !== undefined
  return pushImage(registry, repository, tag, config, layers, asIndex ? { platforms } : undefined)
}

/** Pushes the test database: a service with a volume, whose container and data a deployment must leave alone. */
export async function pushDatabase(registry: Registry, { repository, tag }: { repository: string; tag: string }): Promise<PushedImage> {
  const config: ImageConfig = {
    Env: ['PATH=/bin', `DATABASE_VERSION=${tag}`],
    Entrypoint: ['/database/serve'],
    Labels: { 'org.opencontainers.image.version': tag },
    ExposedPorts: { '5432/tcp': {} },
    Volumes: { '/var/lib/database': {} },
  }
  return pushImage(registry, repository, tag, config, [await baseLayer(), await scriptLayer('database')], undefined)
}

function spell(behaviour: Behaviour): string {
  if (typeof behaviour === 'string') return behaviour
  if ('crashesAfter' in behaviour) return `crashes-after:${behaviour.crashesAfter}`
  if ('slowStart' in behaviour) return `slow-start:${behaviour.slowStart}`
  return `answers:${behaviour.answers}`
}

/** Pushes any image; as an index with an attestation for each of its platforms where they are given. */
export async function pushImage(
  registry: Registry,
  repository: string,
  tag: string,
  config: ImageConfig,
  layers: Layer[],
  asIndex: { platforms: string[] } | undefined,
): Promise<PushedImage> {
  const base = `${registry.storage}/v2/${repository}`
  const platforms = asIndex?.platforms ?? [ownPlatform]
  const images = platforms.map((platform) => platformImage(platform, config, layers, asIndex ? 'oci' : 'docker'))
  const attestations = asIndex ? images.map(attestation) : []
  const documents = [...images, ...attestations].map((image) => image.config).concat(attestations.map(({ statement }) => statement))
  await Promise.all([
    ...layers.map(({ digest, blob }) => putBlob(base, digest, blob)),
    ...documents.map(({ digest, bytes }) => putBlob(base, digest, bytes)),
  ])
  const own = images.find(({ platform }) => platform === ownPlatform) ?? images[0]
  if (!own) throw new Error(`laboratory: ${repository}:${tag} has no platform. Name at least one.`)
  if (asIndex) {
    await Promise.all([...images, ...attestations].map(({ manifest }) => putManifest(base, manifest.digest, manifest)))
  }
  const named = asIndex ? index(images, attestations) : own.manifest
  await putManifest(base, tag, named)
  const name = `${registry.address}/${repository}`
  return { reference: `${name}:${tag}`, repository: name, digest: named.digest, manifest: own.manifest.digest, config: own.config.digest }
}

async function putBlob(base: string, digest: string, bytes: Uint8Array): Promise<void> {
  const there = await fetch(`${base}/blobs/${digest}`, { method: 'HEAD' })
  if (there.ok) return
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
  const target = new URL(begun.headers.get('location') ?? '', base)
  target.searchParams.set('digest', digest)
  const done = await fetch(target, { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': 'application/octet-stream' } })
  if (!done.ok) throw new Error(`laboratory: the registry refused blob ${digest}: ${done.status} ${await done.text()}`)
}

async function putManifest(base: string, reference: string, { bytes, mediaType }: Document): Promise<void> {
  const done = await fetch(`${base}/manifests/${reference}`, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': mediaType },
  })
  if (!done.ok) throw new Error(`laboratory: the registry refused manifest ${reference}: ${done.status} ${await done.text()}`)
}

/** Points a tag at something pushed before, as somebody who moves a tag does. */
export async function moveTag(registry: Registry, repository: string, tag: string, digest: string): Promise<void> {
  const base = `${registry.storage}/v2/${repository}`
  const found = await fetch(`${base}/manifests/${digest}`, { headers: { accept: manifestTypes.join(', ') } })
  if (!found.ok) throw new Error(`laboratory: no ${digest} in ${repository}`)
  const bytes = Buffer.from(await found.arrayBuffer())
  await putManifest(base, tag, { bytes, digest: digestOf(bytes), mediaType: found.headers.get('content-type') ?? '' })
}
