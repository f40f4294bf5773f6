import type { GateRules } from '../domain/gate.ts'
import type { Draft } from '../domain/plan.ts'
import { type AgainRequest, freezeAgain } from './freeze-again.ts'

/** What a plan is made from where nothing but hosts and the database can be asked. */
export interface KeptRequest extends AgainRequest {
  /** The generation whose files are taken. */
  kept: number
  /** Whether hosts that do not answer are passed over. */
  unreachable?: 'skip'
  /** Registries whose credentials the repository may use. */
  registries: readonly string[]
  /** That hold for what comes next. */
  gates: GateRules
  /** Granted chat channels. */
  notify: readonly string[]
}

/**
 * Freezes the way back to a release from its own plan: Compose file, digests, values and files are those of then, and only which services
 * change is found anew. What a rule of the operator's would refuse today is not asked: it was not when the release was verified.
 */
export function freezeKept({ kept, unreachable, registries, gates, notify, ...request }: KeptRequest): Draft {
  const { release } = request
  // The values of then come back; how old those are that Landfall brings next nobody changes by that.
  const { secretKeys: _, ...again } = freezeAgain(request)
  return {
    ...again,
    kind: 'rollback',
    again: release.generation,
    ...(unreachable && { unreachable }),
    kept,
    logins: release.logins.filter((registry) => registries.includes(registry)),
    soak: 'behind',
    gates,
    notify: [...notify],
  }
}
