import { createHash } from 'node:crypto'
import type { ImagePlatform } from '../../domain/image.ts'
import type { Digest } from '../../domain/repository.ts'
import type { Registry, RegistryAnswer, RegistryLogin } from '../../flow/ports.ts'
import { fullRepository, registryOf } from '../../plan/reference.ts'
import { messageOf } from '../message-of.ts'
import { type Limits, usualLimits } from './http.ts'
import { digestPattern, manifestTypes, platformOf, readManifest } from './manifest.ts'
import { isLoopback, json, type Refusal, Session, type TokenCache } from './session.ts'

/**
 * Resolves images over the registry API (OCI distribution specification 1.1). A tag is asked for by HEAD, which costs no
 * pull on Docker Hub; what a digest names never changes and is read once.
 *
 * @param authorityOf certificates of a registry's own authority, in PEM. @throws in words where they cannot be read
 */
export function createRegistry(limits: Limits = usualLimits, authorityOf: AuthorityOf = async () => undefined): Registry {
  const tokens: TokenCache = new Map()
  const known = new Map<string, ImagePlatform[]>()
  return { resolve: (repository, tag, login) => resolve(repository, tag, login) }

  async function resolve(repository: string, tag: string, login: RegistryLogin | undefined): Promise<RegistryAnswer> {
    const place = placeOf(repository, tag)
    if (!place) return { kind: 'failed', detail: `"${repository}:${tag}" is no image name` }
    let authority: string | undefined
    try {
      authority = await authorityOf(registryOf(repository))
    } catch (error) {
      return { kind: 'failed', detail: messageOf(error) }
    }
    const session = new Session({ ...place, login, tokens, limits, authority })
    const digest = await digestOf(session, tag)
    if (typeof digest !== 'string') return digest
    const key = `${place.base.host}/${place.name}@${digest}`
    const platforms = known.get(key) ?? (await platformsOf(session, digest))
    if (!Array.isArray(platforms)) return platforms
    if (known.size > 1000) known.clear()
    known.set(key, platforms)
    return { kind: 'found', image: { repository, tag, digest, platforms } }
  }
}

/** By the registry's host. */
export type AuthorityOf = (registry: string) => Promise<string | undefined>

/** Where the registry of a repository is, and what it calls the repository; undefined for what is no image name. */
function placeOf(repository: string, tag: string): { base: URL; name: string } | undefined {
  const [host = '', ...rest] = fullRepository(repository).split('/')
  const name = rest.join('/')
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(name)) return undefined
  if (!/^\w[\w.-]{0,127}$/.test(tag) && !digestPattern.test(tag)) return undefined
  const base = URL.parse(`https://${host === 'docker.io' ? 'registry-1.docker.io' : host}`)
  if (!base || base.username || base.pathname !== '/') return undefined
  // Docker, too, goes without TLS to registries of the same machine and to no others.
  return { base: isLoopback(base.hostname) ? new URL(`http://${host}`) : base, name }
}

async function digestOf(session: Session, tag: string): Promise<Digest | Refusal> {
  const head = await session.head(`manifests/${tag}`, manifestTypes)
  if (head.kind === 'refused') return head.refusal
  const told = digestPattern.test(tag) ? tag : head.answer.headers.get('docker-content-digest')
  if (told !== null && digestPattern.test(told)) return told
  // The header is optional in the specification; the content tells it as well.
  const get = await session.get(`manifests/${tag}`, manifestTypes)
  return get.kind === 'refused' ? get.refusal : sha256(get.answer.body)
}

async function platformsOf(session: Session, digest: Digest): Promise<ImagePlatform[] | Refusal> {
  const body = await readContent(session, `manifests/${digest}`, digest)
  if (!body.found) return body.refusal
  const manifest = readManifest(body.content)
  if (manifest.kind === 'unreadable') return { kind: 'failed', detail: `${digest} has a format that is not an OCI or Docker v2 image` }
  if (manifest.kind === 'index') {
    const entries = manifest.entries.filter((entry) => entry.platform.startsWith('linux/'))
    const read = await Promise.all(entries.map((entry) => platformOfEntry(session, entry)))
    const refused = read.find((one): one is Refusal => 'kind' in one)
    return refused ?? read.filter((one): one is ImagePlatform => 'config' in one)
  }
  const config = await readContent(session, `blobs/${manifest.config}`, manifest.config)
  if (!config.found) return config.refusal
  const platform = platformOf(config.content)
  if (!platform) return { kind: 'failed', detail: `the configuration of ${digest} names no platform` }
  return [{ platform, manifest: digest, config: manifest.config }]
}

async function platformOfEntry(session: Session, entry: { platform: string; manifest: Digest }): Promise<ImagePlatform | Refusal> {
  const body = await readContent(session, `manifests/${entry.manifest}`, entry.manifest)
  if (!body.found) return body.refusal
  const manifest = readManifest(body.content)
  if (manifest.kind !== 'single') return { kind: 'failed', detail: `${entry.manifest} is not the image of one platform` }
  return { ...entry, config: manifest.config }
}

/** Content by digest, checked: what a registry sends under a digest must have it. */
async function readContent(
  session: Session,
  path: string,
  digest: Digest,
): Promise<{ found: true; content: unknown } | { found: false; refusal: Refusal }> {
  const reply = await session.get(path, path.startsWith('manifests/') ? manifestTypes : '*/*')
  if (reply.kind === 'refused') {
    const lost: Refusal = { kind: 'failed', detail: `${digest} is named by the registry and not there` }
    return { found: false, refusal: reply.refusal.kind === 'missing' ? lost : reply.refusal }
  }
  if (sha256(reply.answer.body) !== digest) {
    return { found: false, refusal: { kind: 'failed', detail: `the registry sent other content than ${digest}` } }
  }
  return { found: true, content: json(reply.answer.body) }
}

const sha256 = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
