import { digestOf, type Layer } from './image-layers.ts'

/** A JSON document of a registry: configuration, manifest or index. */
export interface Document {
  bytes: Buffer
  digest: string
  mediaType: string
}

export interface ImageConfig {
  Env: string[]
  Entrypoint: string[]
  Labels: Record<string, string>
  ExposedPorts: Record<string, object>
  Volumes?: Record<string, object>
}

export interface PlatformImage {
  /** `linux/amd64` */
  platform: string
  config: Document
  manifest: Document
}

const oci = 'application/vnd.oci.image'
const docker = 'application/vnd.docker'

/** All that a tag may name; a registry answers only with a type that was asked for. */
export const manifestTypes = [
  `${oci}.index.v1+json`,
  `${oci}.manifest.v1+json`,
  `${docker}.distribution.manifest.list.v2+json`,
  `${docker}.distribution.manifest.v2+json`,
]

/** The image of one platform. `docker build` writes the `docker` family of media types, buildx the `oci` one. */
export function platformImage(platform: string, config: ImageConfig, layers: Layer[], family: 'docker' | 'oci'): PlatformImage {
  const [os, architecture, variant] = platform.split('/')
  const types =
    family === 'oci'
      ? { config: `${oci}.config.v1+json`, layer: `${oci}.layer.v1.tar+gzip`, manifest: `${oci}.manifest.v1+json` }
      : {
          config: `${docker}.container.image.v1+json`,
          layer: `${docker}.image.rootfs.diff.tar.gzip`,
          manifest: `${docker}.distribution.manifest.v2+json`,
        }
  const written = document(types.config, {
    architecture,
    os,
    ...(variant && { variant }),
    created: '2026-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created: '2026-01-01T00:00:00Z', created_by: 'landfall laboratory' })),
  })
  const manifest = document(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(written),
    layers: layers.map(({ blob, digest }) => ({ mediaType: types.layer, digest, size: blob.length })),
  })
  return { platform, config: written, manifest }
}

/** What buildx pushes beside an image: a manifest for no platform, with a statement about how it was built. */
export function attestation(of: PlatformImage): PlatformImage & { statement: Document } {
  const statement = document('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'image', digest: { sha256: of.manifest.digest.slice('sha256:'.length) } }],
    predicate: { builder: { id: '' }, buildType: 'https://mobyproject.org/buildkit@v1' },
  })
  const config = document(`${oci}.config.v1+json`, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [statement.digest] },
  })
  const layers = [{ ...descriptor(statement), annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' } }]
  const mediaType = `${oci}.manifest.v1+json`
  const manifest = document(mediaType, { schemaVersion: 2, mediaType, config: descriptor(config), layers })
  return { platform: 'unknown/unknown', config, manifest, statement }
}

/** An index over the images, each followed by its attestation, as buildx orders them. */
export function index(images: PlatformImage[], attestations: PlatformImage[]): Document {
  const mediaType = `${oci}.index.v1+json`
  const plain = images.map(({ platform, manifest }) => ({ ...descriptor(manifest), platform: platformOf(platform) }))
  const attested = attestations.map(({ platform, manifest }, at) => ({
    ...descriptor(manifest),
    annotations: {
      'vnd.docker.reference.digest': images[at]?.manifest.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: platformOf(platform),
  }))
  return document(mediaType, { schemaVersion: 2, mediaType, manifests: [...plain, ...attested] })
}

function platformOf(platform: string) {
  const [os, architecture, variant] = platform.split('/')
  return { architecture, os, ...(variant && { variant }) }
}

const descriptor = ({ mediaType, digest, bytes }: Document) => ({ mediaType, digest, size: bytes.length })

function document(mediaType: string, content: object): Document {
  const bytes = Buffer.from(JSON.stringify(content))
  return { bytes, digest: digestOf(bytes), mediaType }
}
