import { withCreated } from '../domain/host-view.ts'
import { runsOn } from '../domain/placement.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import type { ComparedHost } from './services.ts'

/** What a plan says of its hosts: how each is returned, and what only it has to create or to remove. */
export function planHosts(hosts: readonly ComparedHost[], services: readonly PlannedService[], model: ComposeModel): PlannedHost[] {
  return hosts.map(({ containers, ...host }) => {
    const has = ({ name }: PlannedService) => containers.some((container) => container.service === name)
    const namesOf = (holds: (service: PlannedService) => boolean) => services.filter(holds).map(({ name }) => name)
    // What others keep has good containers there; without any, this host is new, or was given the service's profile.
    const creates = namesOf((service) => service.change === 'untouched' && runsOn(service, host.name) && !has(service))
    const removes = namesOf((service) => service.replicas > 0 && !runsOn(service, host.name) && has(service))
    return {
      ...host,
      ...(creates.length > 0 && { creates }),
      ...(removes.length > 0 && { removes }),
      ...(creates.length > 0 && { override: overrideText(withCreated(services, creates), model) }),
    }
  })
}
