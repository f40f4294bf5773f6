import { runsOn } from './placement.ts'
import type { Plan, PlannedHost, PlannedService } from './plan.ts'

/**
 * The plan as it concerns one host: services that run elsewhere are not in it, and what others keep and it has not yet is created there.
 * What is put, switched and proved on a host goes by this.
 */
export function onHost(plan: Plan, name: string): Plan {
  const { creates = [], removes = [], override = plan.override } = plan.hosts.find((host) => host.name === name) ?? {}
  const here = plan.services.filter((service) => service.replicas === 0 || runsOn(service, name))
  const late = plan.late?.includes(name) ?? false
  const synced = plan.synced?.filter(({ service }) => here.some((one) => one.name === service && one.replicas > 0))
  const view = { ...plan, services: withCreated(here, creates, late), removed: [...plan.removed, ...removes], override }
  return synced ? { ...view, synced } : view
}

/** Whether hosts of a plan have another view of it than that all of it concerns them. */
export const hostsDiffer = ({ hosts }: Pick<Plan, 'hosts'>): boolean => hosts.some((host) => differs(host))

const differs = ({ profiles, creates, removes }: PlannedHost): boolean => [profiles, creates, removes].some((one) => one !== undefined)

/** Equal for hosts of a plan that have the same view of it. */
export const viewOf = ({ profiles = [], creates = [], removes = [] }: PlannedHost): string => JSON.stringify([profiles, creates, removes])

/** Services where those of these names are created; on a host that is late what it has of them must be gone afterwards. */
export const withCreated = (services: readonly PlannedService[], creates: readonly string[], late: boolean): PlannedService[] =>
  services.map((service) => (creates.includes(service.name) ? { ...service, ...(late ? onLate : onNew) } : service))

const onNew = { change: 'created', because: ['new on this host'] } satisfies Partial<PlannedService>
const onLate = { change: 'recreated', because: ['late on this host'] } satisfies Partial<PlannedService>
