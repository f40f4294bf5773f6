import type { Reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { lock } from '../policy/gates/lock.ts'
import type { Run } from './run.ts'

/** How long a closed gate is left alone that no moment is known of, in seconds: what opens it wakes the deployment. */
const unknownPause = 60

/** The gate that holds a deployment back now, and after how many seconds to look again; undefined where all are open. */
export async function closedGate({ deployment, ports }: Run): Promise<{ reason: Reason; seconds: number } | undefined> {
  const { repository, environment, kind, actor, pullRequest } = deployment
  const decision = lock({
    locks: await ports.store.locks.of(fullName(repository)),
    environment,
    kind,
    actor,
    ...(pullRequest !== undefined && { pullRequest }),
    now: ports.clock.now().toISOString(),
  })
  if (decision.kind !== 'waiting') return undefined
  return { reason: decision.reason, seconds: Math.max(1, Math.min(unknownPause, decision.lookAgain ?? unknownPause)) }
}
