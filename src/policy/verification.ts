import { digestsOn, type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer, ProbeAnswer } from '../domain/observed.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'
import type { ServiceProof } from '../domain/receipt.ts'

/** One look at a host: its containers and what they answered. */
export interface Round {
  containers: ObservedContainer[]
  answers: ProbeAnswer[]
}

/** What has been seen of one service so far. Times are seconds since the switch. */
export interface Progress {
  /** Since when every condition has held without a break. */
  goodSince?: number
  /** Restarts per container when it became good. */
  restarts: Record<string, number>
  /** Looks in a row at which a service once good did not answer well. */
  misses: number
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
}

export type ServiceVerdict =
  | { kind: 'pending'; detail: string }
  | { kind: 'proved'; proof: ServiceProof }
  | { kind: 'failed'; detail: string }

/** One lost packet is no outage: a service once good may miss so many looks in a row before that fails it. */
const missesAllowed = 3

/** Good looks in a row that verify a service whose soak goes on behind: a single one may be a container about to fall over. */
const looksEnough = 2

export const unseen: Progress = { restarts: {}, misses: 0, good: 0, verdict: { kind: 'pending', detail: 'not looked at yet' } }

/**
 * Judges one service on one host after one more look. Success means: the planned digest runs in as many containers
 * as planned, started by this deployment where the plan recreates it, healthy, answering the planned version, without
 * a restart for the whole soak. `seconds` counts from the end of the switch. Where the soak goes on behind, `earlyVerdict` says when
 * enough was seen.
 */
export function judge({ service, image, platform, soak }: Target, before: Progress, round: Round, seconds: number): Progress {
  if (before.verdict.kind !== 'pending') return before
  const containers = round.containers.filter((container) => container.service === service.name)
  const look = lookAt(service, image, platform, containers, round.answers)

  if (look.kind === 'failed') return { ...before, verdict: look }
  const restarted = restartDuringSoak(before, containers)
  if (restarted !== undefined) return { ...before, verdict: { kind: 'failed', detail: restarted } }

  if (look.kind === 'pending') {
    const misses = before.goodSince === undefined ? 0 : before.misses + 1
    if (misses > missesAllowed) return { ...before, verdict: { kind: 'failed', detail: `was healthy, then ${look.detail}` } }
    if (seconds >= service.within && before.goodSince === undefined)
      return { ...before, verdict: { kind: 'failed', detail: `${look.detail} after ${service.within} s` } }
    return { ...before, misses, good: 0, verdict: { kind: 'pending', detail: look.detail } }
  }

  const goodSince = before.goodSince ?? seconds
  const restarts =
    before.goodSince === undefined ? Object.fromEntries(containers.map(({ id, restarts }) => [id, restarts])) : before.restarts
  const good = before.good + 1
  const over = service.oneShot || service.change === 'untouched' || seconds - goodSince >= service.soak
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

/** From where a service that was proved is watched anew: what had not restarted by then may not have since. */
export const goingOn = ({ restarts }: Progress): Progress => ({ ...unseen, restarts, goodSince: 0 })

/** What is known of a service that counts as verified after two good looks in a row. */
export function earlyVerdict({ verdict, good, proof }: Progress): ServiceVerdict {
  if (verdict.kind === 'failed') return verdict
  return good >= looksEnough && proof ? { kind: 'proved', proof } : { kind: 'pending', detail: 'looked at once more' }
}

type Look = { kind: 'good'; proof: ServiceProof } | { kind: 'pending'; detail: string } | { kind: 'failed'; detail: string }

function lookAt(
  service: PlannedService,
  image: PinnedImage,
  platform: string,
  containers: ObservedContainer[],
  answers: ProbeAnswer[],
): Look {
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
  return answersOf(service, image, containers, answers)
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

function answersOf(service: PlannedService, image: PinnedImage, containers: ObservedContainer[], answers: ProbeAnswer[]): Look {
  const rule = service.verify
  const paths = rule?.port === undefined ? [] : probePaths(rule)
  let answered: string | undefined
  for (const container of containers) {
    for (const path of paths) {
      const answer = answers.find((candidate) => candidate.container === container.id && candidate.path === path)
      if (!answer || answer.status === 0) return { kind: 'pending', detail: `nothing answers on port ${rule?.port}${path}` }
      if (answer.status < 200 || answer.status > 299) return { kind: 'pending', detail: `${path} answers ${answer.status}` }
      if (path !== rule?.version?.path) continue
      answered = versionIn(answer.body, rule.version.pointer)
      if (answered === undefined) return { kind: 'pending', detail: `${path} tells no version at ${rule.version.pointer ?? 'its body'}` }
      if (service.version !== undefined && !sameVersion(answered, service.version))
        return { kind: 'pending', detail: `${path} answers version ${answered.slice(0, 64)}, planned is ${service.version}` }
    }
  }
  return { kind: 'good', proof: proofOf(service, image, containers, answered) }
}

/** The paths probed of a service: health, version, smoke; each once. */
export function probePaths(rule: NonNullable<PlannedService['verify']>): string[] {
  return [...new Set([rule.health, rule.version?.path, ...rule.smoke].filter((path) => path !== undefined))]
}

/** The text at a JSON pointer (RFC 6901), or the whole body trimmed. */
function versionIn(body: string, pointer: string | undefined): string | undefined {
  if (pointer === undefined) return body.trim() || undefined
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** The full commit id, or an abbreviation of at least seven digits as `git describe` and build scripts print. */
function sameVersion(answered: string, revision: string): boolean {
  return answered.length >= 7 && revision.startsWith(answered.toLowerCase())
}

function restartDuringSoak(before: Progress, containers: ObservedContainer[]): string | undefined {
  if (before.goodSince === undefined) return undefined
  for (const [id, restarts] of Object.entries(before.restarts)) {
    const now = containers.find((container) => container.id === id)
    if (!now) return 'its container was replaced after it had been healthy'
    if (now.restarts > restarts) return `restarted after it had been healthy, last exit code ${now.exitCode}`
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
