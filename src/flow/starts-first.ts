import type { HostProfiles } from '../domain/placement.ts'
import { problemsReason } from '../domain/reason.ts'
import type { RolloutRule } from '../domain/rollout.ts'
import { type Obstacle, obstaclesTo } from '../plan/start-first.ts'
import type { Compose } from './ports.ts'
import { rejected, type Step } from './prepared.ts'
import type { RenderedRelease } from './render-release.ts'

/**
 * The rollout with what the Compose file lets start first. Where the commit itself asks for something that cannot be, all of it is told;
 * a commit that knows nothing of it, and every rollback, goes without: people wait for that release, and not for a better one.
 */
export function permittedRollout(
  kind: 'deploy' | 'rollback',
  { startFirst, ...order }: RolloutRule,
  rendered: RenderedRelease,
  profiles: HostProfiles,
  compose: Compose,
): Step<RolloutRule> {
  if (!startFirst) return { kind: 'ok', value: order }
  const obstacles = obstaclesTo(Object.keys(startFirst), rendered.model, rendered.environment.verify, [...profiles.values()].flat())
  const asked = rendered.environment.rollout.startFirst ?? {}
  const told = kind === 'deploy' ? obstacles.filter(({ service }) => Object.hasOwn(asked, service)) : []
  if (told.length > 0)
    return rejected(
      problemsReason(
        'compose-invalid',
        told.map((obstacle) => ({ ...placeOf(obstacle, rendered, compose), what: obstacle.what, remedy: obstacle.remedy })),
      ),
    )
  const permitted = Object.entries(startFirst).filter(([name]) => !obstacles.some(({ service }) => service === name))
  return { kind: 'ok', value: { ...order, ...(permitted.length > 0 && { startFirst: Object.fromEntries(permitted) }) } }
}

function placeOf({ path }: Obstacle, { environment, path: file, snapshot, composeFiles }: RenderedRelease, compose: Compose) {
  if (path.length === 0) return { file, path: `environments.${environment.name}.rollout.start-first` }
  return { ...compose.placeOf(snapshot, composeFiles, path), path: path.join('.').replace(/\.(\d+)(?=\.|$)/g, '[$1]') }
}
