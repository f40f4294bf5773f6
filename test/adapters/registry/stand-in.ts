import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request as the registry saw it. */
export interface Seen {
  method: string
  path: string
  authorization: string | undefined
}

/** A registry of a few lines that keeps content by digest; what is odd about it is up to each test. */
export class RegistryStandIn {
  seen: Seen[] = []
  /** Answers in place of the registry; returns whether it did. */
  before: (request: IncomingMessage, response: ServerResponse, path: string) => boolean = () => false
  #contents = new Map<string, { type: string; body: string }>()
  #server = createServer((request, response) => this.#answer(request, response))

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** `127.0.0.1:40123` */
  get host(): string {
    const address = this.#server.address()
    return typeof address === 'object' && address ? `127.0.0.1:${address.port}` : ''
  }

  /** Keeps a blob and returns its digest. */
  blob(content: unknown): string {
    return this.#keep('blobs', 'application/octet-stream', content)
  }

  /** Keeps a manifest under its digest and, where given, a tag. */
  manifest(type: string, content: unknown, tag?: string): string {
    const digest = this.#keep('manifests', type, content)
    if (tag) this.#contents.set(`manifests/${tag}`, { type, body: JSON.stringify(content) })
    return digest
  }

  /** An image of one platform, complete. */
  image(platform: { os: string; architecture: string; variant?: string }, tag?: string): { manifest: string; config: string } {
    const config = this.blob({ ...platform, rootfs: {} })
    return { manifest: this.manifest(ociManifest, { schemaVersion: 2, config: { digest: config }, layers: [] }, tag), config }
  }

  replace(path: string, body: string): void {
    this.#contents.set(path, { type: ociManifest, body })
  }

  #keep(kind: string, type: string, content: unknown): string {
    const body = JSON.stringify(content)
    const digest = sha256(body)
    this.#contents.set(`${kind}/${digest}`, { type, body })
    return digest
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.seen.push({ method: request.method ?? '', path, authorization: request.headers.authorization })
    if (this.before(request, response, path)) return
    const content = this.#contents.get(path.replace('/v2/acme/shop/', ''))
    if (!content) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    response.writeHead(200, { 'content-type': content.type, 'docker-content-digest': sha256(content.body) })
    response.end(request.method === 'HEAD' ? undefined : content.body)
  }
}

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const ociIndex = 'application/vnd.oci.image.index.v1+json'

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
