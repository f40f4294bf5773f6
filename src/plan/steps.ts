import type { StepRule } from '../domain/one-off.ts'
import { hasPlaceOn, type Place, runsOn } from '../domain/placement.ts'
import { allHosts, type Draft, type Need } from '../domain/plan.ts'
import { suggest } from '../domain/suggest.ts'
import { awaitedState, type ComposeModel, replicasOf } from './model.ts'

/** Why a step cannot be run; `step` is its position in `before`. */
export interface StepObstacle {
  step: number
  what: string
  remedy: string
}

/**
 * All that keeps these steps from being run.
 *
 * @param hosts those that are not passed over
 */
export function stepObstacles(rules: readonly StepRule[], { services }: ComposeModel, hosts: readonly Place[]): StepObstacle[] {
  return rules.flatMap(({ service }, step): StepObstacle[] => {
    const definition = Object.hasOwn(services, service) ? services[service] : undefined
    if (definition && replicasOf(definition) > 0 && hosts.some((host) => hasPlaceOn(definition.profiles, host.profiles))) return []
    if (definition)
      return [{ step, what: `${service} runs on no host that is there`, remedy: 'Name a service that does: the step gets its image' }]
    const meant = suggest(service, Object.keys(services))
    const what = `the Compose file has no service "${service}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`
    return [{ step, what, remedy: 'Correct the name, or remove the step' }]
  })
}

/** Fixes on which host each step is run: the first one in the order of the waves that runs its service and is not passed over. */
export function planSteps(
  rules: readonly StepRule[],
  draft: Pick<Draft, 'services' | 'hosts' | 'waves'>,
  model: ComposeModel,
): Pick<Draft, 'before'> {
  if (rules.length === 0) return {}
  const here = new Set(draft.hosts.map(({ name }) => name))
  const before = rules.map(({ service, run, within }) => {
    const planned = draft.services.find(({ name }) => name === service)
    const host = planned && allHosts(draft).find((name) => here.has(name) && runsOn(planned, name))
    if (host === undefined) throw new Error(`no host of the plan runs ${service}`)
    const running = new Set(draft.services.filter((one) => runsOn(one, host)).map(({ name }) => name))
    return { service, run, within, host, needs: needsOf(service, model, running) }
  })
  return { before }
}

/** What a service waits for, whatever it takes to get there first. */
function needsOf(service: string, model: ComposeModel, running: ReadonlySet<string>): Need[] {
  const found = new Map<string, Need['is']>()
  const seen = new Set([service])
  const follow = (name: string): void => {
    for (const [other, { condition, required }] of Object.entries(model.services[name]?.depends_on ?? {})) {
      if (required === false || !running.has(other)) continue
      if (!seen.has(other)) {
        seen.add(other)
        follow(other)
      }
      found.set(other, strictest(found.get(other), awaitedState(condition) ?? 'started'))
    }
  }
  follow(service)
  return [...found].map(([name, is]) => ({ service: name, is }))
}

const strictest = (one: Need['is'] | undefined, other: Need['is']): Need['is'] => (one === undefined || one === 'started' ? other : one)
