import { parse } from 'yaml'
import { z } from 'zod'
import type { Beside, Plan, PlannedService } from '../domain/plan.ts'
import type { StartFirstRule } from '../domain/rollout.ts'
import { awaitedState, type ComposeModel } from './model.ts'

const file = z.looseObject({ services: z.record(z.string(), z.looseObject({ networks: z.unknown().optional() })) })

/** Keys of a service that may keep others from standing beside its containers. What they say is not looked at: it may hold variables. */
const owned = ['container_name', 'ports', 'network_mode', 'mac_address', 'extends']

/**
 * Services of a release whose containers can have others beside them: those that may start first themselves, and of a release that asked for
 * nothing like that those that own nothing of their host. Where that is not sure, old ones stop before new ones start, this once.
 */
export function withRoom({ services, compose }: Pick<Plan, 'services' | 'compose'>): string[] {
  const written = file.safeParse(parse(compose, { merge: true })).data?.services ?? {}
  return services
    .filter(({ name, startFirst }) => {
      const service = Object.hasOwn(written, name) ? written[name] : undefined
      return (
        startFirst !== undefined ||
        (service !== undefined && !owned.some((key) => Object.hasOwn(service, key)) && !isAddressed(service.networks))
      )
    })
    .map(({ name }) => name)
}

const isAddressed = (networks: unknown): boolean =>
  typeof networks === 'object' &&
  networks !== null &&
  !Array.isArray(networks) &&
  Object.values(networks).some((settings) => settings !== null)

/** How services of a release leave that may start first, by name. */
export const startFirstOf = ({ services }: Pick<Plan, 'services'>): Record<string, StartFirstRule> =>
  Object.fromEntries(services.flatMap(({ name, startFirst }) => (startFirst ? [[name, startFirst]] : [])))

/** Says of those that change which are started beside what runs, for which there is `room`. */
export function withBeside(services: PlannedService[], model: ComposeModel, room: readonly string[]): PlannedService[] {
  const besides = new Set(
    services
      .filter(({ name, change, startFirst }) => change === 'recreated' && startFirst !== undefined && room.includes(name))
      .map(({ name }) => name),
  )
  const started = new Set(services.filter(({ name, change }) => change !== 'untouched' && !besides.has(name)).map(({ name }) => name))
  return services.map((service) =>
    besides.has(service.name) ? { ...service, beside: { after: awaited(service.name, model, started) } } : service,
  )
}

/** Compose waits for those that are started beside others, together; not for what was started before that. */
function awaited(name: string, model: ComposeModel, started: ReadonlySet<string>): Beside['after'] {
  return Object.entries(model.services[name]?.depends_on ?? {}).flatMap(([service, { condition, required }]) => {
    const is = awaitedState(condition)
    return is !== undefined && required !== false && started.has(service) ? [{ service, is }] : []
  })
}
