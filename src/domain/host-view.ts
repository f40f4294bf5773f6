import type { Plan, PlannedService } from './plan.ts'

/**
 * The plan as it concerns one host: what others keep and it has not yet is created there. What is put, switched and proved on a host
 * goes by this.
 */
export function onHost(plan: Plan, name: string): Plan {
  const { creates = [], override = plan.override } = plan.hosts.find((host) => host.name === name) ?? {}
  const late = plan.late?.includes(name) ?? false
  return creates.length === 0 ? plan : { ...plan, services: withCreated(plan.services, creates, late), override }
}

/** Services where those of these names are created; on a host that is late what it has of them must be gone afterwards. */
export const withCreated = (services: readonly PlannedService[], creates: readonly string[], late: boolean): PlannedService[] =>
  services.map((service) => (creates.includes(service.name) ? { ...service, ...(late ? onLate : onNew) } : service))

const onNew = { change: 'created', because: ['new on this host'] } satisfies Partial<PlannedService>
const onLate = { change: 'recreated', because: ['late on this host'] } satisfies Partial<PlannedService>
