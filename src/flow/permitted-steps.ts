import type { HostProfiles } from '../domain/placement.ts'
import { problemsReason } from '../domain/reason.ts'
import { stepObstacles } from '../plan/steps.ts'
import type { SeenHost } from './hosts-state.ts'
import { rejected, type Step } from './prepared.ts'
import type { RenderedRelease } from './render-release.ts'

/** Why what the commit wants to be run before hosts change cannot be, all of it at its place; undefined where it can. */
export function stepsRefused(
  { environment, path: file, model }: RenderedRelease,
  seen: readonly SeenHost[],
  profiles: HostProfiles,
): Exclude<Step<never>, { kind: 'ok' }> | undefined {
  const hosts = seen.map(({ host: { name } }) => ({ name, profiles: [...(profiles.get(name) ?? [])] }))
  const obstacles = stepObstacles(environment.before ?? [], model, hosts)
  if (obstacles.length === 0) return undefined
  return rejected(
    problemsReason(
      'configuration-invalid',
      obstacles.map(({ step, what, remedy }) => ({ file, path: `environments.${environment.name}.before[${step}].service`, what, remedy })),
    ),
  )
}
