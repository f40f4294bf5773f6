import { onHost } from '../domain/host-view.ts'
import { isAffected, type Plan } from '../domain/plan.ts'
import { type Reason, sentenceOf } from '../domain/reason.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, planned } from './execution.ts'
import { type Seen, watchHost } from './prove.ts'
import { Stop } from './stop.ts'

/** For how long one watch of a host lasts before it is begun again, in seconds. */
const watchFor = 1800

/**
 * Watches hosts that are proved for as long as later ones roll, as during their proof. The first that does not stay well stops what is at work, as
 * whoever wants the deployment ended does.
 */
export class Vigil {
  /** Ordered when a host is not well any more, or when the deployment has to end. */
  readonly stop = new Stop()
  /** Hosts that did not stay well. */
  readonly unwell: string[] = []
  readonly #execution: Execution
  readonly #over = new AbortController()
  readonly #watching: Promise<void>[] = []
  readonly #heeds: () => void

  constructor(execution: Execution) {
    this.#execution = execution
    const { stop } = execution
    this.#heeds = () => stop.why && this.stop.order(stop.why)
    this.#heeds()
    stop.signal.addEventListener('abort', this.#heeds)
  }

  /**
   * Begins to watch these hosts.
   *
   * @param seen what their proof saw of each, for nothing may have restarted since; absent where another worker proved it
   */
  over(hosts: readonly string[], seen: ReadonlyMap<string, Seen>): void {
    for (const host of hosts) {
      this.#watching.push(
        this.#watch(host, seen.get(host)).catch((error: unknown) => {
          const { run } = this.#execution
          if (!this.#ended()) run.ports.log.error('a proved host is not watched any more', { deployment: run.deployment.id, host, error })
        }),
      )
    }
  }

  /** Ends the watches. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#execution.stop.signal.removeEventListener('abort', this.#heeds)
    await Promise.all(this.#watching)
  }

  #ended = (): boolean => this.#over.signal.aborted || this.#execution.run.signal.aborted || this.stop.why !== undefined

  async #watch(name: string, since: Seen | undefined): Promise<void> {
    const { run, plan, hosts, sealed } = this.#execution
    const host = hosts.get(name)
    if (!host) throw new Error(`the plan has no host ${name}`)
    const { platform } = planned(plan, host)
    const signal = AbortSignal.any([this.#over.signal, run.signal, this.stop.signal])
    const lasting = watched(onHost(plan, name))
    let seen = since
    while (!this.#ended() && lasting.services.length > 0) {
      const watch = { plan: lasting, host, platform, soak: undefined, mask: sealed.mask, signal, ...(seen && { since: seen }) }
      const outcome = await watchHost(watch, run.ports)
      seen = outcome.seen
      if (outcome.kind === 'failed') return this.#report(name, outcome.reason, outcome.service)
    }
  }

  async #report(name: string, why: Reason, service: string | undefined): Promise<void> {
    const { run, hosts } = this.#execution
    this.unwell.push(name)
    this.stop.order(why)
    await run.note('watch', sentenceOf(why), name)
    const host = hosts.get(name)
    if (host && service !== undefined) await keepEvidence(this.#execution, host, [service])
  }
}

/** Services that the deployment started and that stay up: they have to stay well from the first good look on. */
function watched(plan: Plan): Plan {
  const started = plan.services.filter((service) => service.replicas > 0 && !service.oneShot && isAffected(service))
  return { ...plan, services: started.map((service) => ({ ...service, soak: watchFor })) }
}
