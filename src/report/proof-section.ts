import { bakeOf } from '../domain/deployment.ts'
import { type Draft, isAffected, type PlannedService, type UrlCheck } from '../domain/plan.ts'
import { probedPaths } from '../domain/probed-paths.ts'
import { shortSha } from '../domain/repository.ts'
import { words } from './answers/said.ts'
import type { Section } from './sections.ts'
import { durationText } from './time.ts'

/** By what a deployment is proved, service by service. @param done whether that is over and was seen */
export const proofSection = (draft: Draft, done: boolean): Section => ({
  head: `**How it ${done ? 'was' : 'is'} proved**\n\nOn every host exactly the planned digests run, and\n`,
  rows: [
    ...draft.services.filter(({ replicas }) => replicas > 0).map((service) => `${service.name} ${conditionsOn(service)}`),
    ...afterHosts(draft),
  ].map((row) => `- ${words(row, 1000)}`),
})

/** What comes once all hosts are proved. */
function afterHosts({ atUrl, soak, ...plan }: Draft): string[] {
  const baking = bakeOf(plan)
  return [
    ...(atUrl && soak !== 'behind' ? [`then ${atUrl.url} ${conditionsAt(atUrl)} within ${durationText(atUrl.within)}`] : []),
    ...(baking > 0 ? [`afterwards it bakes for ${durationText(baking)}: what does not stay well is taken back`] : []),
  ]
}

function conditionsOn(service: PlannedService): string {
  const { oneShot, verify, dockerHealth, version, within, soak } = service
  if (oneShot) return `ends by itself with exit code 0 within ${durationText(within)}`
  const { health, dependencies, smoke = [], command } = verify ?? {}
  const told = verify?.version && version !== undefined && `tells version ${shortSha(version)} at ${verify.version.path}`
  return [
    `is up within ${durationText(within)}`,
    dockerHealth && "is healthy by Docker's check",
    health !== undefined && `answers at ${health}`,
    told,
    dependencies && `tells at ${dependencies.path} that all it depends on is up`,
    smoke.length > 0 && `answers at ${smoke.join(', ')} too`,
    command && `ends ${command.join(' ')} in its container with exit code 0`,
    soak > 0 && `stays so for ${durationText(soak)} without a restart`,
    isProvedByState(service) && provedByState,
  ]
    .filter((condition) => condition !== false && condition !== undefined)
    .join(', ')
}

const conditionsAt = ({ health, version, smoke }: UrlCheck): string =>
  [
    health !== undefined && `answers at ${health}`,
    version && `tells the version at ${version.path}`,
    smoke.length > 0 && `answers at ${smoke.join(', ')}`,
  ]
    .filter((condition) => condition !== false && condition !== undefined)
    .join(', ')

/** Whether nothing tells more of its health than that it runs, as far as configuration and Compose file say. */
export const isProvedByState = ({ replicas, oneShot, verify, dockerHealth, ...service }: PlannedService): boolean =>
  isAffected(service) &&
  replicas > 0 &&
  !oneShot &&
  dockerHealth === undefined &&
  (verify === undefined || (verify.command === undefined && probedPaths(verify).length === 0))

/** Its image may bring a health check of its own, which counts too. */
export const provedByState = 'has no health rule: digest, state and restarts prove it'
