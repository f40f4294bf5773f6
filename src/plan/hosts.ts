import { withCreated } from '../domain/host-view.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import { overrideText } from './override.ts'
import { type Comparison, createdApart } from './services.ts'

/** What a plan says of its hosts: how each is returned, and what only it has to create. */
export function planHosts(services: readonly PlannedService[], comparison: Omit<Comparison, 'previous'>): PlannedHost[] {
  const { hosts, model } = comparison
  const created = createdApart(services, comparison)
  return hosts.map(({ containers: _, late, ...host }) => {
    const creates = created.get(host.name)
    return creates ? { ...host, creates, override: overrideText(withCreated(services, creates, late !== undefined), model) } : host
  })
}
