import type { SecretReader } from '../domain/configuration.ts'
import type { GitHub } from './ports/github.ts'
import type { Hosts } from './ports/hosts.ts'
import type { Addresses, Chat, Clock, Identities, Log, Operator, Pace, Queue, Signer } from './ports/process.ts'
import type { PublicWeb } from './ports/public-web.ts'
import type { Compose, Registry } from './ports/release-parts.ts'
import type { Store } from './ports/store.ts'

export * from './ports/github.ts'
export * from './ports/github-checks.ts'
export * from './ports/github-happenings.ts'
export * from './ports/github-history.ts'
export * from './ports/github-pulls.ts'
export * from './ports/hosts.ts'
export * from './ports/process.ts'
export * from './ports/public-web.ts'
export * from './ports/release-parts.ts'
export * from './ports/secrets.ts'
export * from './ports/store.ts'

/** Everything outside that the use cases need. Adapters implement it; unit tests fake it. */
export interface Ports {
  store: Store
  queue: Queue
  github: GitHub
  hosts: Hosts
  registry: Registry
  compose: Compose
  chat: Chat
  publicWeb: PublicWeb
  signer: Signer
  identities: Identities
  secrets: SecretReader
  operator: Operator
  addresses: Addresses
  pace: Pace
  clock: Clock
  ids: () => string
  /** From 0 up to 1, as `Math.random`. */
  random: () => number
  log: Log
}
