import { withCreated } from '../domain/host-view.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import { type ComparedHost, createdOnNew } from './services.ts'

/** What a plan says of its hosts: how each is returned, and what only it has to create. */
export function planHosts(hosts: readonly ComparedHost[], services: readonly PlannedService[], model: ComposeModel): PlannedHost[] {
  const created = createdOnNew(hosts, services)
  return hosts.map(({ containers: _, ...host }) => {
    const creates = created.get(host.name)
    return creates ? { ...host, creates, override: overrideText(withCreated(services, creates), model) } : host
  })
}
