import { pinnedReference } from '../domain/image.ts'
import type { Plan } from '../domain/plan.ts'
import type { HostProof, ServiceProof } from '../domain/receipt.ts'
import { judge, type Round, unseen } from './verification.ts'

/** How a service stands now, compared with what was proved of it. */
export interface ServiceNow {
  service: string
  /** `replaced`: the same digest runs and answers well, in other containers than those that were proved. */
  kind: 'holds' | 'replaced' | 'differs'
  /** What is otherwise than the receipt says; empty where it holds. */
  detail: string
}

/**
 * Whether one look at a host still shows what its receipt says: the planned digest in as many containers as planned, well, and answering
 * the version that was answered then.
 *
 * @param round one look; looking once proves the moment, not a soak
 */
export function receiptHolds({ host, services }: HostProof, plan: Plan, round: Round): ServiceNow[] {
  const platform = plan.hosts.find(({ name }) => name === host)?.platform ?? ''
  return services.map((proof) => ({ service: proof.service, ...nowOf(proof, plan, platform, round) }))
}

function nowOf(proof: ServiceProof, plan: Plan, platform: string, round: Round): Omit<ServiceNow, 'service'> {
  const service = plan.services.find(({ name }) => name === proof.service)
  const image = plan.images.find((candidate) => pinnedReference(candidate) === service?.image)
  if (!service || image?.digest !== proof.planned) return differs('the plan it was proved by names another image')
  // Who started its containers, and when, is what the receipt says. They may have been replaced since.
  const { reloaded: _, ...standing } = service
  const { proof: seen, verdict } = judge({ service: { ...standing, change: 'untouched' }, image, platform }, unseen, round, 0)
  if (!seen) return differs(verdict.kind === 'proved' ? '' : verdict.detail)
  if (seen.answered !== proof.answered) return differs(`answers version ${seen.answered ?? 'none'}, proved was ${proof.answered ?? 'none'}`)
  const same = seen.containers.length === proof.containers.length && seen.containers.every((id) => proof.containers.includes(id))
  return same ? { kind: 'holds', detail: '' } : { kind: 'replaced', detail: 'the same digest, in other containers than those proved' }
}

const differs = (detail: string) => ({ kind: 'differs' as const, detail })
