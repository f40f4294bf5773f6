/** An image reference taken apart: `ghcr.io/acme/shop:1.2@sha256:…`. */
export interface ImageReference {
  /** As written, without tag and digest: `ghcr.io/acme/shop`, `postgres`. */
  repository: string
  tag?: string
  digest?: string
}

/** Takes an interpolated image reference apart. A colon before the last slash belongs to a registry's port. */
export function readReference(text: string): ImageReference {
  const [rest = '', digest] = text.split('@')
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1)
  const repository = colon === -1 ? rest : rest.slice(0, colon)
  const tag = colon === -1 ? undefined : rest.slice(colon + 1)
  return { repository, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}) }
}

/** `postgres` and `docker.io/library/postgres` are one repository. */
export function sameRepository(one: string, other: string): boolean {
  return fullRepository(one) === fullRepository(other)
}

/** With registry host and, on Docker Hub, `library/`: as registries and credentials are looked up. */
export function fullRepository(repository: string): string {
  const [first = '', ...rest] = repository.split('/')
  const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  if (!hasHost) return `docker.io/${rest.length === 0 ? 'library/' : ''}${repository}`
  const host = first === 'index.docker.io' || first === 'registry-1.docker.io' ? 'docker.io' : first
  return host === 'docker.io' && rest.length === 1 ? `docker.io/library/${rest[0]}` : [host, ...rest].join('/')
}

/** The registry host a repository lives on: `ghcr.io`, `docker.io`, `127.0.0.1:5000`. */
export const registryOf = (repository: string): string => fullRepository(repository).split('/')[0] ?? ''
