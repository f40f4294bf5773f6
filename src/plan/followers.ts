import type { PlannedService } from '../domain/plan.ts'
import { type ComposeModel, type ModelService, sharedWith } from './model.ts'

/**
 * A container that lives in another's network, process or IPC space, mounts its volumes or asked to be restarted with it does not
 * outlive that one's replacement.
 */
export function withFollowers(services: PlannedService[], model: ComposeModel): PlannedService[] {
  const changing = services.filter((service) => service.change !== 'untouched')
  const followed = services.map((service): PlannedService => {
    const definition = model.services[service.name]
    const leaders = definition && service.replicas > 0 ? leadersOf(definition) : []
    const leader = leaders.find((name) => changing.some((one) => one.name === name && meet(one, service)))
    return leader && service.change === 'untouched' ? { ...service, change: 'recreated', because: [`follows ${leader}`] } : service
  })
  const more = followed.some((service, index) => service.change !== services[index]?.change)
  return more ? withFollowers(followed, model) : followed
}

/** Whether there is a host where both run. */
const meet = (one: PlannedService, other: PlannedService): boolean =>
  one.hosts === undefined || other.hosts === undefined || one.hosts.some((host) => other.hosts?.includes(host))

/** Services that it follows. */
export function leadersOf(service: ModelService): string[] {
  const restarting = Object.entries(service.depends_on).flatMap(([name, dependency]) => (dependency.restart ? [name] : []))
  return [...sharedWith(service).map(({ needs }) => needs), ...restarting]
}
