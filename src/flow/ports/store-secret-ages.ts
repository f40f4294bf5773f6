import type { Instant } from '../../domain/repository.ts'
import type { SecretAges } from '../../domain/secret-age.ts'
import type { Lease } from './store-leases.ts'
import type { ReportKey } from './store-reports.ts'

/** Since when secrets have the values they have. Kept in the transaction that lets a deployment succeed, by what its plan says of them. */
export interface StoredSecretAges {
  /** Undefined where nothing is known, or nothing that can be read; the repository as `owner/name`. */
  of(repository: string, environment: string): Promise<SecretAges | undefined>
  /** Those to look at by now. */
  due(now: Date): Promise<DueAges[]>
  /**
   * Notes under the lease what came of looking, with the reports that are wanted of it. Nothing is noted or wanted where a deployment
   * wrote others meanwhile: they are due anew. Throws LeaseLost when the lease is no longer the newest on its subject.
   */
  looked(at: DueAges, lease: Lease, outcome: LookedAtAges): Promise<void>
}

/** An environment's ages as they were read. */
export interface DueAges {
  /** `owner/name` */
  repository: string
  environment: string
  ages: SecretAges
  version: number
  /** When people were reminded last; absent where they never were. */
  reminded?: Instant
}

/** What came of looking. */
export interface LookedAtAges {
  /** When to look again, in milliseconds since 1970; absent for not before another deployment. */
  next?: number
  /** When people are reminded, where they are. */
  reminded?: Instant
  wanted: ReportKey[]
}
