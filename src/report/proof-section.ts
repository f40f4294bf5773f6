import type { Draft, PlannedService } from '../domain/plan.ts'
import { shortSha } from '../domain/repository.ts'
import { words } from './answers/said.ts'
import type { Section } from './sections.ts'
import { durationText } from './time.ts'

/** By what a deployment is proved, service by service. @param done whether that is over and was seen */
export const proofSection = ({ services }: Draft, done: boolean): Section => ({
  head: `**How it ${done ? 'was' : 'is'} proved**\n\nOn every host exactly the planned digests run, and\n`,
  rows: services.filter(({ replicas }) => replicas > 0).map((service) => `- ${words(`${service.name} ${conditionsOn(service)}`, 1000)}`),
})

function conditionsOn({ oneShot, verify, version, within, soak }: PlannedService): string {
  if (oneShot) return `ends by itself with exit code 0 within ${durationText(within)}`
  const { health, smoke = [] } = verify ?? {}
  const told = verify?.version && version !== undefined && `tells version ${shortSha(version)} at ${verify.version.path}`
  return [
    `is up within ${durationText(within)}`,
    health !== undefined && `answers at ${health}`,
    told,
    smoke.length > 0 && `answers at ${smoke.join(', ')} too`,
    soak > 0 && `stays so for ${durationText(soak)} without a restart`,
  ]
    .filter((condition) => condition !== false && condition !== undefined)
    .join(', ')
}
