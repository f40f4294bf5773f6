import { onHost } from '../domain/host-view.ts'
import { isAffected, type Plan } from '../domain/plan.ts'
import { type Reason, sentenceOf } from '../domain/reason.ts'
import type { HostProof, UrlProof } from '../domain/receipt.ts'
import { switchTo } from '../host/commands.ts'
import { hostsHere } from '../plan/hosts-here.ts'
import { keptHosts } from '../policy/kept-hosts.ts'
import { canaryGate } from './canary-gate.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, everyHost, firstFailure, send, since } from './execution.ts'
import { noteFiles } from './note-files.ts'
import { pauseAfter, pausedAfter } from './pause.ts'
import { type Proved, prove, type Seen } from './prove.ts'
import { proveAtUrl } from './prove-url.ts'
import { retireOld } from './retire.ts'
import { stillProved } from './still-proved.ts'
import { Vigil } from './vigil.ts'

/** What became of all waves; `waiting` for people, who are asked after a canary. `kept`: hosts that keep the release all the same. */
export type Rolled =
  | { kind: 'proved'; proofs: HostProof[]; atUrl?: UrlProof }
  | { kind: 'failed'; reason: Reason; kept: string[] }
  | { kind: 'waiting'; seconds: number }

/** One wave after another, and those that went before are watched meanwhile; what fails in any of them fails all. */
export async function rollEveryWave(execution: Execution): Promise<Rolled> {
  const vigil = new Vigil(execution)
  const rolling = new Rolling(execution, vigil)
  try {
    return await rolling.roll()
  } finally {
    await vigil.end()
  }
}

class Rolling {
  /** What people want counts, and nothing else. */
  readonly #given: Execution
  readonly #execution: Execution
  readonly #vigil: Vigil
  /** Of each host that is proved what was seen there; nothing of those that another worker proved. */
  readonly #seen = new Map<string, Seen>()
  readonly #proofs = new Map<string, HostProof>()
  readonly #proved: string[] = []

  constructor(execution: Execution, vigil: Vigil) {
    this.#given = execution
    // What stops a wave is also that a host of an earlier one is not well any more.
    this.#execution = { ...execution, stop: vigil.stop }
    this.#vigil = vigil
  }

  async roll(): Promise<Rolled> {
    const { run, plan, stop } = this.#execution
    const begins = run.deployment.rollout?.wave ?? 0
    const gone = hostsHere(plan, 0, pausedAfter(run.deployment, begins) ? begins + 1 : begins)
    this.#add(gone)
    for (let position = begins; position < plan.waves.length; position += 1) {
      if (stop.why) return this.#failed(stop.why)
      const failed = pausedAfter(run.deployment, position) ? undefined : await this.#wave(position)
      if (failed) return this.#failed(failed)
      const paused = await pauseAfter(this.#execution, position)
      if (paused.kind === 'failed') return this.#failed(paused.reason)
      const gate = await canaryGate(run, plan, position)
      if (gate.kind === 'waiting') return gate
      if (gate.kind === 'closed') return this.#failed(gate.reason)
      if (gate.by !== undefined) await run.note('approval', `the other hosts follow, as ${gate.by} approved`)
    }
    return this.#lastLook()
  }

  /** Hosts that are proved, and watched from then on while others follow. */
  #add(hosts: readonly string[]): void {
    this.#proved.push(...hosts)
    if (this.#proved.length < this.#execution.plan.hosts.length) this.#vigil.over(hosts, this.#seen)
  }

  /** Switches one wave's hosts side by side and proves each. Resolves to why it failed, where it did. */
  async #wave(position: number): Promise<Reason | undefined> {
    const wave = hostsHere(this.#execution.plan, position, position + 1)
    if (wave.length === 0) return undefined
    const refused = await switchWave(this.#execution, wave, position)
    if (refused) return refused
    const proved = await proveWave(this.#execution, wave)
    const well = this.#note(wave, proved)
    const unproved = firstFailure(proved)
    // Where all go back nothing old is to have stopped: then the way is short.
    if (unproved && this.#execution.plan.onFailure !== 'keep') return unproved
    const retired = await this.#retire(well)
    this.#add(this.#note(well, retired))
    return unproved ?? firstFailure(retired)
  }

  /** On hosts that are proved the old containers go that new ones were started beside. */
  #retire(hosts: readonly string[]): Promise<Proved[]> {
    const { stop, plan } = this.#execution
    return everyHost(this.#execution, hosts, async (host) => {
      const proof = this.#proofs.get(host.name)
      if (!proof) throw new Error(`nothing was proved on ${host.name}`)
      const done = await retireOld(this.#execution, host, proof, this.#seen.get(host.name))
      if (done.kind === 'failed' && !stop.why) await keepEvidence(this.#execution, host, changing(onHost(plan, host.name)))
      return done
    })
  }

  /** Remembers what was seen of hosts. Returns those that are well. */
  #note(wave: readonly string[], outcomes: readonly Proved[]): string[] {
    return wave.filter((name, index) => {
      const one = outcomes[index]
      if (one?.kind !== 'done') return false
      this.#proofs.set(name, one.value)
      if (one.seen) this.#seen.set(name, one.seen)
      return true
    })
  }

  async #lastLook(): Promise<Rolled> {
    const { plan, stop } = this.#given
    const last = plan.waves.findLastIndex((_, index) => hostsHere(plan, index, index + 1).length > 0)
    const earlier = hostsHere(plan, 0, last)
    await this.#vigil.end()
    const ended = this.#vigil.stop.why
    if (ended) return this.#failed(ended)
    const looks = await stillProved(this.#given, earlier, this.#seen)
    const unwell = looks.filter(({ looked }) => looked.kind === 'failed').map(({ host }) => host)
    const why = stop.why ?? firstFailure(looks.map(({ looked }) => looked))
    if (why) return this.#failed(why, unwell)
    for (const { host, looked } of looks) if (looked.kind === 'done') this.#proofs.set(host, looked.value)
    const shown = await proveAtUrl(this.#given)
    if (shown.kind === 'failed') return this.#failed(shown.reason)
    // The last moment for that: a host that confirmed returns no more.
    if (stop.why) return this.#failed(stop.why)
    const proofs = plan.hosts.flatMap(({ name }) => this.#proofs.get(name) ?? [])
    return { kind: 'proved', proofs, ...(shown.value && { atUrl: shown.value }) }
  }

  #failed(reason: Reason, unwell: readonly string[] = []): Rolled {
    const { plan } = this.#execution
    const kept = keptHosts(plan, { proved: this.#proved, unwell: [...unwell, ...this.#vigil.unwell], why: reason.code })
    return { kind: 'failed', reason, kept }
  }
}

async function switchWave(execution: Execution, wave: string[], position: number): Promise<Reason | undefined> {
  const { run, plan, stop } = execution
  await run.to('rolling', { rollout: { wave: position } })
  const switched = await everyHost(execution, wave, async (host) => {
    const began = run.ports.clock.now()
    const done = await send(execution, host, switchTo(plan, execution.authority), {
      name: 'switch',
      refused: 'switch-failed',
      stops: 'between-tries',
    })
    await run.note(
      'switch',
      done.kind === 'done' ? `generation ${plan.generation} runs ${since(run, began)}` : sentenceOf(done.reason),
      host.name,
    )
    await noteFiles(execution, host, done)
    if (done.kind === 'failed' && !stop.why) await keepEvidence(execution, host, changing(onHost(plan, host.name)))
    return done
  })
  return firstFailure(switched)
}

async function proveWave(execution: Execution, wave: string[]): Promise<Proved[]> {
  const { run, plan, stop } = execution
  await run.to('verifying')
  const began = run.ports.clock.now()
  return everyHost(execution, wave, async (host): Promise<Proved> => {
    const done = await prove(execution, host, plan)
    if (done.kind === 'done') {
      await run.note('verify', `${done.value.services.map(({ service }) => service).join(', ')} proved ${since(run, began)}`, host.name)
    } else {
      await run.note('verify', sentenceOf(done.reason), host.name)
      // Who takes it back has seen that it is not well; what it said of itself goes with its containers.
      const services = stop.why ? changing(onHost(plan, host.name)) : [done.service ?? []].flat()
      await keepEvidence(execution, host, services)
    }
    return done
  })
}

const changing = ({ services }: Plan): string[] =>
  services.filter((service) => isAffected(service) && service.replicas > 0).map(({ name }) => name)
