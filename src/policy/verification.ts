import { digestsOn, type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import { isAffected, type Plan, type PlannedService } from '../domain/plan.ts'
import type { ServiceProof } from '../domain/receipt.ts'
import { type Answers, answersOf } from './answers.ts'

/** One look at a host: its containers and what they answered. */
export interface Round extends Answers {
  containers: ObservedContainer[]
}

/** What has been seen of one service so far. Times are seconds since the switch. */
export interface Progress {
  /** Since when every condition has held without a break. */
  goodSince?: number
  /** Restarts per container when it became good. */
  restarts: Record<string, number>
  /** Looks in a row at which a service once good did not answer well. */
  misses: number
  /** The run of a command that was the last of them. */
  missedRun?: string
  /** Good looks in a row, and what the last of them showed. */
  good: number
  proof?: ServiceProof
  verdict: ServiceVerdict
}

/** What is looked for on one host. */
export interface Target {
  service: PlannedService
  image: PinnedImage
  platform: string
  /** Two good looks in a row verify it, whatever its soak; see `earlyVerdict`. */
  soak?: Plan['soak'] | undefined
  /** How many looks in a row a service once good may miss; three where absent. */
  misses?: number | undefined
}

export type ServiceVerdict =
  | { kind: 'pending'; detail: string }
  | { kind: 'proved'; proof: ServiceProof }
  | { kind: 'failed'; detail: string }

/** One lost packet is no outage: a service once good may miss so many looks in a row before that fails it, unless it is watched more patiently. */
const missesAllowed = 3

/** Good looks in a row that verify a service whose soak goes on behind: a single one may be a container about to fall over. */
const looksEnough = 2

export const unseen: Progress = { restarts: {}, misses: 0, good: 0, verdict: { kind: 'pending', detail: 'not looked at yet' } }

/**
 * Judges one service on one host after one more look. Success means: the planned digest runs in as many containers
 * as planned, started by this deployment where the plan recreates it, healthy, answering the planned version, without
 * a restart for the whole soak. Old ones that they stand beside are left aside. `seconds` counts from the end of the switch. Where the soak goes on behind, `earlyVerdict` says when
 * enough was seen.
 */
export function judge(
  { service, image, platform, soak, misses: allowed = missesAllowed }: Target,
  before: Progress,
  round: Round,
  seconds: number,
): Progress {
  if (before.verdict.kind !== 'pending') return before
  const containers = round.containers.filter((container) => container.service === service.name && !isAside(service, container))
  const look = lookAt(service, image, platform, containers, round)

  if (look.kind === 'failed') return { ...before, verdict: look }
  const restarted = restartDuringSoak(before, containers)
  if (restarted !== undefined) return { ...before, verdict: { kind: 'failed', detail: restarted } }

  if (look.kind === 'pending') {
    // A slow command is told of in several looks; it is one miss all the same.
    const again = look.run !== undefined && look.run === before.missedRun
    const misses = before.goodSince === undefined ? 0 : before.misses + (again ? 0 : 1)
    if (misses > allowed) return { ...before, verdict: { kind: 'failed', detail: `was healthy, then ${look.detail}` } }
    if (seconds >= service.within && before.goodSince === undefined)
      return { ...before, verdict: { kind: 'failed', detail: `${look.detail} after ${service.within} s` } }
    const { missedRun: _, ...rest } = before
    const verdict = { kind: 'pending' as const, detail: look.detail }
    return { ...rest, misses, good: 0, verdict, ...(look.run !== undefined && { missedRun: look.run }) }
  }

  const goodSince = before.goodSince ?? seconds
  const restarts =
    before.goodSince === undefined ? Object.fromEntries(containers.map(({ id, restarts }) => [id, restarts])) : before.restarts
  const good = before.good + 1
  const over = service.oneShot || !isAffected(service) || seconds - goodSince >= service.soak
  const soaked = over && (soak !== 'behind' || good >= looksEnough)
  return {
    goodSince,
    restarts,
    misses: 0,
    good,
    proof: look.proof,
    verdict: soaked ? { kind: 'proved', proof: look.proof } : { kind: 'pending', detail: `healthy, watched for ${service.soak} s` },
  }
}

/** Whether it stands beside those that are judged and leaves once they are proved, or is on its way already. */
const isAside = ({ beside }: PlannedService, { before, leaving }: ObservedContainer): boolean =>
  leaving === true || (beside !== undefined && before)

/** From where a service that was proved is watched anew: what had not restarted by then may not have since. */
export const goingOn = ({ restarts }: Progress): Progress => ({ ...unseen, restarts, goodSince: 0 })

/** What is known of a service that counts as verified after two good looks in a row. */
export function earlyVerdict({ verdict, good, proof }: Progress): ServiceVerdict {
  if (verdict.kind === 'failed') return verdict
  return good >= looksEnough && proof ? { kind: 'proved', proof } : { kind: 'pending', detail: 'looked at once more' }
}

type Look = { kind: 'good'; proof: ServiceProof } | { kind: 'pending'; detail: string; run?: string } | { kind: 'failed'; detail: string }

function lookAt(service: PlannedService, image: PinnedImage, platform: string, containers: ObservedContainer[], heard: Answers): Look {
  const pending = (detail: string): Look => ({ kind: 'pending', detail })
  const wanted = service.oneShot ? Math.min(1, service.replicas) : service.replicas
  if (containers.length < wanted) return pending(`${containers.length} of ${wanted} containers exist`)
  const known = new Set(digestsOn(image, platform))
  for (const container of containers) {
    // A container Compose is about to replace still shows the old image.
    if (!known.has(container.image)) return pending(`${container.name} runs ${container.image}, planned is ${pinnedReference(image)}`)
    if (service.change !== 'untouched' && container.before) return pending(`${container.name} was not started by this deployment`)
    const state = stateOf(service, container)
    if (state.kind !== 'good') return state
  }
  if (service.oneShot) return { kind: 'good', proof: proofOf(service, image, containers, undefined) }
  const answered = answersOf(service, containers, heard)
  return answered.kind === 'good' ? { kind: 'good', proof: proofOf(service, image, containers, answered.version) } : answered
}

function stateOf(service: PlannedService, container: ObservedContainer): { kind: 'good' } | { kind: 'pending' | 'failed'; detail: string } {
  const ended = container.status === 'exited' || container.status === 'dead'
  if (service.oneShot && ended)
    return container.exitCode === 0 ? { kind: 'good' } : { kind: 'failed', detail: `ended with exit code ${container.exitCode}` }
  if (ended) {
    const cause = container.outOfMemory ? 'was killed for want of memory' : `ended with exit code ${container.exitCode}`
    return { kind: 'failed', detail: cause }
  }
  if (container.status !== 'running') return { kind: 'pending', detail: `is ${container.status}, ${container.restarts} restarts so far` }
  if (service.oneShot) return { kind: 'pending', detail: 'still runs' }
  if (container.health !== undefined && container.health !== 'healthy')
    return { kind: 'pending', detail: `Docker's health check says ${container.health}` }
  return { kind: 'good' }
}

function restartDuringSoak(before: Progress, containers: ObservedContainer[]): string | undefined {
  if (before.goodSince === undefined) return undefined
  for (const [id, restarts] of Object.entries(before.restarts)) {
    const now = containers.find((container) => container.id === id)
    if (!now) return 'its container was replaced after it had been healthy'
    // Of one that runs again Docker knows no exit code any more.
    if (now.restarts > restarts)
      return `restarted after it had been healthy${now.status === 'running' ? '' : `, last exit code ${now.exitCode}`}`
  }
  return undefined
}

function proofOf(service: PlannedService, image: PinnedImage, containers: ObservedContainer[], answered: string | undefined): ServiceProof {
  return {
    service: service.name,
    planned: image.digest,
    running: containers[0]?.image ?? image.digest,
    ...(answered !== undefined && { answered }),
    containers: containers.map(({ id }) => id),
    untouched: service.change === 'untouched',
  }
}
