import type { HostRule } from '../domain/configuration.ts'
import { onHost } from '../domain/host-view.ts'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ProbeAnswer } from '../domain/observed.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'
import { reason } from '../domain/reason.ts'
import type { HostProof, ServiceProof } from '../domain/receipt.ts'
import { probe } from '../host/commands.ts'
import { earlyVerdict, goingOn, judge, type Progress, type Round, type ServiceVerdict, unseen } from '../policy/verification.ts'
import type { Mask } from './bundle.ts'
import { type Execution, planned } from './execution.ts'
import { isAway, notUnderstood, type Outcome, outcomeOf, waitsFor } from './fleet.ts'
import { patienceWithDocker } from './patience.ts'
import type { Ports } from './ports.ts'
import { rounds } from './rounds.ts'

/** Room for the last round and the way back, beyond what the rules themselves allow. */
const slack = 30
/** How often a broken connection is opened again while watching; what was seen so far stays seen. */
const reopenings = 5

/** What was seen of a host's services, by name, for a later watch of the same containers to go on from. */
export type Seen = ReadonlyMap<string, Progress>

/** A failure names the service, where one failed, and what it answered last. */
export type Proved = Outcome<HostProof> & { service?: string; answers?: ProbeAnswer[]; seen?: Seen }

/**
 * Watches one host until every service is proved or one has failed; as long as its plan says, or until its deployment has to end.
 *
 * @param plan the release that should run there; its targets are probed
 * @param since what an earlier watch saw: the same containers have to run, and none may have restarted
 */
export function prove({ run, plan: executed, sealed, stop }: Execution, host: HostRule, plan: Plan, since?: Seen): Promise<Proved> {
  const { platform } = planned(executed, host)
  const signal = AbortSignal.any([run.signal, stop.signal])
  return stop.heeded(watchHost({ plan, host, platform, soak: plan.soak, mask: sealed.mask, signal, ...(since && { since }) }, run.ports))
}

/** What is watched, and how. */
export interface Watching {
  plan: Plan
  host: HostRule
  platform: string
  soak: Plan['soak'] | undefined
  /** See `Target`. */
  misses?: number
  mask: Mask
  signal: AbortSignal
  /** What an earlier watch of the same containers saw. */
  since?: Seen
}

/** Judging is pure; this only keeps the watch open. */
export async function watchHost(
  { plan: whole, host, platform, soak, misses, mask, signal, since }: Watching,
  ports: Pick<Ports, 'hosts' | 'clock' | 'log'>,
): Promise<Proved> {
  const plan = onHost(whole, host.name)
  const watched = new Watch({
    plan,
    platform,
    soak,
    ...(misses !== undefined && { misses }),
    ...(since && { since }),
    mask,
    now: () => ports.clock.now().getTime() / 1000,
  })
  const patience = patienceWithDocker(ports.clock)
  for (let opened = 0; ; ) {
    const heard = rounds(host, (round) => watched.look(round), ports)
    const command = probe(plan, watched.longest + slack)
    const result = await ports.hosts.run(host, command, heard.reader, AbortSignal.any([heard.signal, signal]))
    signal.throwIfAborted()
    if (heard.nonsense) return { kind: 'failed', reason: notUnderstood(host) }
    const verdict = watched.verdict(host.name)
    if (verdict) return verdict
    if (isAway(result) && opened < reopenings) {
      ports.log.warn('watch of a host broke off, opening it again', { host: host.name, result: result.kind })
      await ports.clock.sleep(opened, signal)
      opened += 1
      continue
    }
    // Never busy: looking takes no lock there.
    const pause = waitsFor(result) === 'docker-away' ? patience.next() : undefined
    if (pause !== undefined) {
      await ports.clock.sleep(pause, signal)
      continue
    }
    const outcome = outcomeOf(result, host, { name: 'verification', refused: 'host-refused' }, mask)
    if (outcome.kind === 'failed') return outcome
    return {
      kind: 'failed',
      reason: reason('verification-failed', { host: host.name, service: watched.pending(), detail: 'the watch ended too early' }),
    }
  }
}

/** Everything seen of one host so far. */
class Watch {
  readonly #progress: Map<string, Progress>
  readonly #services: PlannedService[]
  readonly #images: Map<string, PinnedImage>
  readonly #platform: string
  readonly #soak: Plan['soak'] | undefined
  readonly #misses: number | undefined
  readonly #mask: Mask
  readonly #now: () => number
  readonly #start: number
  #lastAnswers: ProbeAnswer[] = []
  /** The longest that any service may take, in seconds. */
  readonly longest: number

  constructor({ plan, platform, soak, misses, mask, since, now }: Omit<Watching, 'host' | 'signal'> & { now: () => number }) {
    this.#progress = new Map([...(since ?? [])].map(([service, progress]) => [service, goingOn(progress)]))
    this.#services = plan.services.filter(({ replicas }) => replicas > 0)
    this.#images = new Map(plan.images.map((image) => [pinnedReference(image), image]))
    this.#platform = platform
    this.#soak = soak
    this.#misses = misses
    this.#mask = mask
    this.#now = now
    this.#start = now()
    this.longest = Math.max(0, ...this.#services.map(({ within, soak }) => within + soak))
  }

  /** Takes one round; true when nothing more needs to be seen. */
  look(seen: Round): boolean {
    // Before anything is cut out of it: half a secret is not known for one.
    const round = { ...seen, commands: seen.commands.map((ran) => ({ ...ran, output: this.#mask(ran.output) })) }
    const seconds = this.#now() - this.#start
    this.#lastAnswers = round.answers
    for (const service of this.#services) {
      const image = this.#images.get(service.image)
      if (!image) throw new Error(`the plan pins no image ${service.image}`)
      const target = { service, image, platform: this.#platform, soak: this.#soak, misses: this.#misses }
      this.#progress.set(service.name, judge(target, this.#of(service), round, seconds))
    }
    return this.#services.every((service) => this.#verdictOn(service).kind === 'proved') || this.#failed() !== undefined
  }

  verdict(host: string): Proved | undefined {
    const failed = this.#failed()
    if (failed) {
      const verdict = this.#verdictOn(failed)
      const detail = verdict.kind === 'failed' ? this.#mask(verdict.detail) : ''
      const answers = this.#lastAnswers.filter(({ service }) => service === failed.name)
      return {
        kind: 'failed',
        service: failed.name,
        answers,
        reason: reason('verification-failed', { host, service: failed.name, detail }),
      }
    }
    const services: ServiceProof[] = []
    for (const service of this.#services) {
      const verdict = this.#verdictOn(service)
      if (verdict.kind !== 'proved') return undefined
      services.push(verdict.proof)
    }
    return { kind: 'done', value: { host, services }, seen: this.#progress }
  }

  /** The first service that is not proved yet, for messages. */
  pending(): string {
    return this.#services.find((service) => this.#verdictOn(service).kind !== 'proved')?.name ?? ''
  }

  #of(service: PlannedService): Progress {
    return this.#progress.get(service.name) ?? unseen
  }

  #verdictOn(service: PlannedService): ServiceVerdict {
    const progress = this.#of(service)
    return this.#soak === 'behind' ? earlyVerdict(progress) : progress.verdict
  }

  #failed(): PlannedService | undefined {
    return this.#services.find((service) => this.#verdictOn(service).kind === 'failed')
  }
}
