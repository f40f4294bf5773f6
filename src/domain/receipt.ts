import type { PassedGate } from './gate.ts'
import type { Contract } from './plan.ts'
import type { Digest, Instant, Sha } from './repository.ts'

/** What was proved, host by host, at the end of a deployment. */
export interface Receipt {
  format: 1
  deployment: string
  repository: string
  project: string
  environment: string
  generation: number
  revision: Sha
  actor: string
  /** The pull request it came through. */
  pullRequest?: number
  /** SHA-256 of the plan, as it lies on every host as `plan.json`; absent in receipts of an older Landfall. */
  plan?: Digest
  /** Who approved, which checks were green, what verified the images before: each gate that asked for something. */
  passed?: PassedGate[]
  /** When it was asked for. */
  askedAt?: Instant
  /** When the first host was touched. */
  startedAt?: Instant
  verifiedAt: Instant
  /** `behind`: the soak was not over by then; this is what two good looks in a row showed. */
  soak?: 'behind'
  /** Why nothing older fits any more; absent where it does. */
  contract?: Contract
  hosts: HostProof[]
  /** Hosts that were away and did not get it; absent where all did. */
  away?: string[]
  /** What the public address showed, where it was asked. */
  atUrl?: UrlProof
}

export interface UrlProof {
  url: string
  /** The version that was answered; absent where none was asked for. */
  answered?: string
}

export interface HostProof {
  host: string
  services: ServiceProof[]
}

export interface ServiceProof {
  service: string
  planned: Digest
  /** The digest the host shows; another name of the same image on some image stores. */
  running: Digest
  /** The version the app answered; absent where it tells none. */
  answered?: string
  containers: string[]
  untouched: boolean
}
