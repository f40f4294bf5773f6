import type { Plan, PlannedService } from './plan.ts'

/**
 * The plan as it concerns one host: what others keep and it has not yet is created there. What is put, switched and proved on a host
 * goes by this.
 */
export function onHost(plan: Plan, name: string): Plan {
  const { creates = [], override = plan.override } = plan.hosts.find((host) => host.name === name) ?? {}
  return creates.length === 0 ? plan : { ...plan, services: withCreated(plan.services, creates), override }
}

/** Services where those of these names are created. */
export const withCreated = (services: readonly PlannedService[], creates: readonly string[]): PlannedService[] =>
  services.map((service) => (creates.includes(service.name) ? { ...service, change: 'created', because: ['new on this host'] } : service))
