/** A claim on one subject, by the database's clock. A new claim has a higher number; writes under an older one are refused. */
export interface Lease {
  subject: string
  holder: string
  number: number
}

/** Thrown by writes under a lease that another holder has taken over since. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** Who works on what. */
export interface Leases {
  /** Takes the subject for `seconds` unless somebody else holds it. */
  claim(subject: string, holder: string, seconds: number): Promise<Lease | undefined>
  /** Whether nobody has taken it since. */
  holds(lease: Lease): Promise<boolean>
  /** Extends it; false when it was lost. */
  renew(lease: Lease, seconds: number): Promise<boolean>
  release(lease: Lease): Promise<void>
}
