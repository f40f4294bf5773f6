import type { Deployment } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Ports } from './ports.ts'
import { failed, type Step } from './prepared.ts'

/** For so long a value of the operator's is asked for again that cannot be read, in seconds from the first time. */
const lasts = 300

/** Waits visibly for a value that cannot be read now, and not for ever. The end is fixed with the first failure, and outlives a restart. */
export function withSecretPatience<T>(
  step: Step<T>,
  { deployment, ports }: { deployment: Deployment; ports: Pick<Ports, 'clock'> },
): Step<T> {
  if (step.kind !== 'waiting' || step.reason.code !== 'secret-unavailable') return step
  const now = ports.clock.now().getTime()
  const deadline = knownDeadline(deployment, step.reason) ?? new Date(now + lasts * 1000).toISOString()
  if (now >= Date.parse(deadline)) return failed(step.reason)
  return { ...step, reason: reason(step.reason.code, { ...step.reason.evidence, deadline }) }
}

function knownDeadline({ state, reason: why, closed = [] }: Deployment, { code, evidence }: Reason): string | undefined {
  if (state !== 'waiting') return undefined
  return [why, ...closed].find((one) => one?.code === code && one.evidence.name === evidence.name)?.evidence.deadline
}
