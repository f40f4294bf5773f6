import type { Deployment } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import type { HostProof, Receipt } from '../domain/receipt.ts'
import { fullName, type Instant } from '../domain/repository.ts'
import { planDigest } from '../host/plan-file.ts'
import { soaksBehind } from './soak.ts'

/** The receipt of a deployment whose hosts were all proved: what runs, who wanted it, who and what let it through, and when. */
export function receiptOf(deployment: Deployment, plan: Plan, hosts: HostProof[], verifiedAt: Instant): Receipt {
  const { id, actor, pullRequest, createdAt, startedAt } = deployment
  return {
    format: 1,
    deployment: id,
    repository: fullName(plan.repository),
    project: plan.project,
    environment: plan.environment,
    generation: plan.generation,
    revision: plan.revision,
    actor,
    ...(pullRequest !== undefined && { pullRequest }),
    plan: planDigest(plan),
    // Whoever goes back passes every gate, also where the release had to pass some once.
    passed: plan.kind === 'rollback' ? [] : (plan.passed ?? []),
    askedAt: createdAt,
    ...(startedAt !== undefined && { startedAt }),
    verifiedAt,
    ...(soaksBehind(plan) && { soak: 'behind' as const }),
    ...(plan.contract && { contract: plan.contract }),
    hosts,
    ...(plan.away && { away: plan.away }),
  }
}
