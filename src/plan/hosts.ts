import { withCreated } from '../domain/host-view.ts'
import { runsOn } from '../domain/placement.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import { withFollowers } from './followers.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import { type ComparedHost, type Comparison, runsAsPlanned } from './services.ts'

/** What a plan says of its hosts: how each is returned, and what only it has to create or to remove. */
export function planHosts(services: readonly PlannedService[], comparison: Omit<Comparison, 'previous'>): PlannedHost[] {
  return comparison.hosts.map((host) => {
    const { containers, late, ...planned } = host
    const creates = createdOn(host, services, comparison)
    const has = ({ name }: PlannedService) => containers.some((container) => container.service === name)
    const removes = services
      .filter((service) => service.replicas > 0 && !runsOn(service, host.name) && has(service))
      .map(({ name }) => name)
    return {
      ...planned,
      ...(creates.length > 0 && { creates }),
      ...(removes.length > 0 && { removes }),
      ...(creates.length > 0 && { override: overrideText(withCreated(services, creates, late !== undefined), comparison.model) }),
    }
  })
}

/**
 * What others keep has good containers there. Without any, a host is new, or was given the service's profile; one that is late may have other
 * containers than they have. With what does not outlive those.
 */
function createdOn(host: ComparedHost, services: readonly PlannedService[], comparison: Omit<Comparison, 'previous'>): string[] {
  const kept = services.filter((service) => service.change === 'untouched' && runsOn(service, host.name))
  const created = kept.filter((service) => !runsAsPlanned(host, service, comparison)).map(({ name }) => name)
  return created.length > 0 ? withLed(created, kept, comparison.model) : []
}

function withLed(created: readonly string[], kept: readonly PlannedService[], model: ComposeModel): string[] {
  const there = kept.map((one): PlannedService => (created.includes(one.name) ? { ...one, change: 'created' } : one))
  const changed = withFollowers(there, model)
  return kept.filter((_, index) => changed[index]?.change !== 'untouched').map(({ name }) => name)
}
