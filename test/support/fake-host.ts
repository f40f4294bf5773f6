import type { HostRule } from '../../src/domain/configuration.ts'
import type { Clock, CommandResult } from '../../src/flow/ports.ts'
import { receiptNamespace } from '../../src/host/bundle.ts'
import type { Command } from '../../src/host/command.ts'
import { orderNamespace, orderStatement } from '../../src/host/order.ts'
import { interpolate } from '../../src/plan/template.ts'
import { type FakeContainer, FakeDocker } from './fake-docker.ts'
import type { FakeRegistry } from './fake-registry.ts'
import { fakeSigner } from './fake-signer.ts'
import { encoded, refused, said } from './host-answers.ts'
import { cutLine, decoded, type Unpacked, unpackBundle } from './unpack-bundle.ts'

interface Release extends Unpacked {
  /** Ids of the containers that were there when its switch began. */
  before?: Set<string>
  previous?: number
  /** Ids that leave on the way back from it, once that began. */
  left?: Set<string>
  confirmed: boolean
  receipt?: { text: string; signature: string }
}

const besideIn = ({ manifest }: Unpacked): Map<string, number> =>
  new Map(manifest('beside').map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]))

const hooksOf = ({ manifest }: Unpacked, service: string): string[][] =>
  manifest('hook')
    .map((line) => line.split(' '))
    .filter(([name]) => name === service)
    .map(([, , ...words]) => words.map(decoded))

/**
 * A host with landfall-shell's memory and manners: signed orders and bundles only, generations and turns that fence, one release to
 * return to, and its answers as JSON lines. One project and environment; Docker is a fake of its own.
 */
export class FakeHost {
  readonly rule: HostRule
  readonly docker: FakeDocker
  readonly releases = new Map<number, Release>()
  /** Verbs in the order they arrived, with their first word: `switch 3`, `logs web`. */
  readonly heard: string[] = []
  highest = 0
  latest = 0
  current = 0
  /** The order that raised the fence, and where: project and environment. */
  order = { words: ['', ''], text: '', signature: '' }
  hold: string | undefined
  /** Where administrators went back to since the last switch. */
  wentBack: { from: number; to: number; at: string; by: string }[] = []
  /** Version of its landfall-shell. */
  shell = 5
  /** Ids of those that are about to leave. */
  leaving = new Set<string>()
  /** Hooks that were run: container, words. And how they end. */
  readonly hooked: string[][] = []
  hookEnds = 0
  /** What is answered instead of doing anything; undefined for an honest answer. */
  instead: (command: Command) => CommandResult | Promise<CommandResult | undefined> | undefined = () => undefined
  /** True where the command is carried out and its answer gets lost. */
  loses: (command: Command) => boolean = () => false
  /** Changes a line on its way to whoever watches. */
  says: (line: string) => string = (line) => line
  readonly #clock: Clock

  constructor(name: string, registry: FakeRegistry, clock: Clock) {
    this.rule = { name, address: name, port: 22, user: 'landfall', hostKey: 'ssh-ed25519 AAAA' }
    this.docker = new FakeDocker(name, registry)
    this.#clock = clock
  }

  /** The one container of a service. */
  container(service: string) {
    return this.docker.containers.find((container) => container.service === service)
  }

  async run(command: Command, onLine: (line: string) => void = () => undefined, signal?: AbortSignal): Promise<CommandResult> {
    this.heard.push([command.verb, ...command.args.slice(2, 3)].join(' '))
    if (!Number.isInteger(command.limit)) return refused(2, 'within needs seconds')
    const givenUp = new Promise<undefined>((resolve) => signal?.addEventListener('abort', () => resolve(undefined), { once: true }))
    const scripted = await Promise.race([this.instead(command), givenUp])
    if (signal?.aborted) return { kind: 'connection-lost', detail: 'Landfall gave the command up' }
    if (command.verb === 'retire' && !scripted) await this.#clock.sleep(this.#drain(Number(command.args[2])), signal)
    const result = scripted ?? (command.verb === 'probe' ? await this.#probe(onLine, signal) : this.#obey(command))
    if (command.verb === 'recall' && result.kind === 'exited') for (const line of result.stdout.split('\n').filter(Boolean)) onLine(line)
    return this.loses(command) ? { kind: 'connection-lost', detail: 'the connection was closed before the command ended' } : result
  }

  #obey({ verb, args, stdin }: Command): CommandResult {
    if (verb === 'inspect') return said([this.#self(), this.#state(), ...this.#look()])
    if (verb === 'logs') return said(this.#logs(args[2] ?? ''))
    if (verb === 'recall') return said(this.#memory())
    const { line: signature, rest: input } = cutLine(Buffer.from(stdin instanceof Uint8Array ? stdin : ''))
    if (decoded(signature) !== fakeSigner.sign(orderStatement(verb, args), orderNamespace)) return refused(22, 'the order is not signed')
    const [generation = 0, turn = 0] = args.slice(2, 4).map(Number)
    if (generation < this.highest || (generation === this.highest && turn < this.latest)) {
      return refused(12, `turn ${turn} of generation ${generation} was overtaken by turn ${this.latest} of generation ${this.highest}`)
    }
    const raise = () => {
      if (generation === this.highest && turn === this.latest) return
      this.highest = generation
      this.latest = turn
      this.order = { words: args, text: orderStatement(verb, args).toString().trimEnd(), signature: decoded(signature) }
    }
    if (verb === 'fetch') return this.#fetch(generation, args.slice(6))
    if (verb === 'put') return this.#put(generation, input, raise)
    const release = this.releases.get(generation)
    if (!release || generation !== this.highest) return refused(11, `there is no release ${generation} here`)
    raise()
    if (verb === 'prune') return said([])
    if (verb === 'confirm') return this.#confirm(args.slice(0, 3).join(' '), release, input)
    if (this.hold !== undefined) return refused(13, `held: ${this.hold}`)
    if (verb === 'switch') return this.#switch(generation, release)
    if (verb === 'restore') return this.#restore(generation, release)
    if (verb === 'retire') return this.#retire(generation, release)
    return refused(2, `${verb} is no verb`)
  }

  /** In advance, and nothing is remembered of it. */
  #fetch(generation: number, images: readonly string[]): CommandResult {
    if (generation <= this.highest) return refused(12, `generation ${this.highest} was put; nothing is fetched for ${generation} any more`)
    const missing = images.filter((reference) => !this.docker.pull(reference))
    return missing.length > 0 ? refused(15, 'docker could not pull the images') : said([{ type: 'pulled' }])
  }

  #put(generation: number, input: Buffer, raise: () => void): CommandResult {
    const bundle = unpackBundle(input)
    if (!bundle) return refused(10, "the bundle is not signed by Landfall's key")
    if (bundle.manifest('generation')[0] !== String(generation)) return refused(10, 'the bundle was made for another generation')
    const [kept] = bundle.manifest('kept')
    const from = this.releases.get(Number(kept))
    if (kept !== undefined && !from?.env) return refused(11, `release ${kept} is not kept here any more`)
    if (from?.env) Object.assign(bundle, { env: from.env, variables: new Map([...bundle.variables, ...from.env]) })
    const known = this.releases.get(generation)
    if (known && !known.bytes.equals(bundle.bytes)) return refused(18, `generation ${generation} was put before with other content`)
    this.releases.set(generation, known ?? { ...bundle, confirmed: false })
    raise()
    const missing = bundle.manifest('image').filter((reference) => !this.docker.pull(reference))
    return missing.length > 0 ? refused(15, 'docker could not pull the images') : said([{ type: 'accepted' }, { type: 'pulled' }])
  }

  #switch(generation: number, release: Release): CommandResult {
    if (!release.before) {
      release.previous = this.#confirmedFrom(this.current)
      release.before = new Set(this.docker.containers.map(({ id }) => id))
    }
    const { before } = release
    this.current = generation
    this.wentBack = []
    const besides = besideIn(release)
    const names = release.manifest('up').filter((name) => !besides.has(name))
    if (!this.docker.up(release, names)) return refused(15, 'docker compose up failed')
    if (![...besides].every(([name, count]) => this.docker.beside(release, name, count, before)))
      return refused(15, 'docker compose up failed')
    const survivors = this.docker.containers.filter(({ id, service }) => before.has(id) && release.manifest('recreate').includes(service))
    this.docker.up(
      release,
      survivors.map(({ service }) => service),
      { force: true },
    )
    for (const service of release.manifest('remove')) this.docker.remove(service)
    return said([{ type: 'switched' }])
  }

  #confirm(named: string, release: Release, input: Buffer): CommandResult {
    const { line, rest } = cutLine(input)
    const meant = rest.toString().startsWith(`landfall-receipt 1 ${named}\n`)
    if (decoded(line) !== fakeSigner.sign(rest, receiptNamespace) || !meant) return refused(10, 'the receipt is not signed')
    if (this.releases.get(this.current) !== release) return refused(19, 'this release is not the one switched to')
    release.confirmed = true
    release.receipt = { text: cutLine(rest).rest.toString(), signature: decoded(line) }
    return said([{ type: 'confirmed' }])
  }

  #restore(generation: number, release: Release): CommandResult {
    if (release.confirmed) return refused(19, `release ${generation} is confirmed; deploy another to replace it`)
    if (!release.before) return said([{ type: 'restored', generation: this.current, leaving: 0 }])
    const back = this.releases.get(release.previous ?? 0)
    if (!back || release.previous === undefined) return refused(17, `no confirmed release came before ${generation}`)
    const besides = besideIn(release)
    const touched = [...release.manifest('up'), ...release.manifest('remove')].filter((name) => !besides.has(name))
    const kept = back.manifest('service')
    this.current = release.previous
    const names = touched.filter((service) => kept.includes(service))
    if (!this.docker.up(back, names)) return refused(15, 'docker compose up failed')
    for (const service of touched.filter((name) => !kept.includes(name))) this.docker.remove(service)
    if (!this.#part(release, back, besides)) return refused(15, 'docker compose up failed')
    return said([{ type: 'restored', generation: this.current, leaving: this.leaving.size }])
  }

  /** The way back beside what failed: at once where the old ones never stopped. */
  #part(release: Release, back: Release, besides: Map<string, number>): boolean {
    const before = release.before ?? new Set()
    const own = this.docker.containers.filter(({ service }) => besides.has(service))
    release.left ??= new Set(own.map(({ id }) => id).filter((id) => !before.has(id)))
    const left = release.left
    for (const [name, count] of besides) if (!this.docker.beside(back, name, count, left)) return false
    const others = this.docker.containers.filter(({ service, id }) => besides.has(service) && !left.has(id))
    const never = others.every(({ id }) => before.has(id))
    if (never) this.docker.removeThese(left)
    this.leaving = never ? new Set() : new Set(left)
    return true
  }

  #retire(generation: number, release: Release): CommandResult {
    const besides = besideIn(release)
    if (this.current === generation) {
      const old = this.docker.containers.filter(({ id, service }) => besides.has(service) && release.before?.has(id))
      const lacking = [...besides].find(([name, count]) => this.#runs(name, old) < count)
      if (lacking) return refused(15, `too few new containers of ${lacking[0]} run, so the old ones were left`)
      this.leaving = new Set(old.map(({ id }) => id))
    }
    const hooks = this.docker.containers
      .filter(({ id, status }) => this.leaving.has(id) && status === 'running')
      .flatMap(({ id, service }) => hooksOf(release, service).map((words) => ({ id, service, words })))
    for (const { id, words } of hooks) this.hooked.push([id, ...words])
    this.docker.removeThese(this.leaving)
    this.leaving = new Set()
    const told = hooks.map(({ id, service }) => ({
      type: 'hook',
      service,
      container: id,
      code: this.hookEnds,
      text: encoded('no proxy\n'),
    }))
    return said([...told, { type: 'retired' }])
  }

  #runs = (name: string, others: FakeContainer[]): number =>
    this.docker.containers.filter((one) => one.service === name && one.status === 'running' && !others.includes(one)).length

  #drain(generation: number): number {
    const drains = this.releases.get(generation)?.manifest('drain') ?? []
    return Math.max(0, ...drains.map((line) => Number(line.split(' ')[1])))
  }

  /** What `landfall-shell rollback` does, by somebody who is logged in there. */
  rollBackByHand(by = 'root'): void {
    const from = this.current
    const origin = Number(this.releases.get(from)?.manifest('again')[0] ?? from)
    const to = this.#confirmedFrom(this.releases.get(origin)?.previous ?? 0)
    const [left, back] = [this.releases.get(from), this.releases.get(to)]
    if (!left || !back) throw new Error('there is nothing to go back to')
    this.hold = `rolled back on the host from generation ${from} to ${to} by ${by}`
    this.wentBack.push({ from, to, at: this.#clock.now().toISOString().replace(/\.\d+/, ''), by })
    this.current = to
    const kept = back.manifest('service')
    this.docker.up(back, kept)
    for (const service of left.manifest('service').filter((name) => !kept.includes(name))) this.docker.remove(service)
  }

  #confirmedFrom(generation: number): number {
    const release = this.releases.get(generation)
    return release && !release.confirmed ? this.#confirmedFrom(release.previous ?? 0) : generation
  }

  /** A round every few seconds, until the other side has seen enough. */
  async #probe(onLine: (line: string) => void, signal?: AbortSignal): Promise<CommandResult> {
    for (let number = 1; number <= 600; number += 1) {
      for (const line of [...this.#look(), ...this.#answers(), ...this.#commands(number), { type: 'round', number }])
        onLine(this.says(JSON.stringify(line)))
      await this.#clock.sleep(5, signal)
      if (signal?.aborted) return { kind: 'connection-lost', detail: 'Landfall gave the command up' }
    }
    return refused(124, 'out of time')
  }

  #self = () => ({ type: 'host', shell: this.shell, docker: '28.0.0', compose: '2.40.0', platform: 'linux/amd64' })

  #state() {
    const release = this.releases.get(this.current)
    const current = release && { generation: this.current, revision: release.manifest('revision')[0], confirmed: release.confirmed }
    const held = this.hold === undefined ? null : encoded(this.hold)
    const wentBack = this.wentBack.map((step) => ({ ...step, by: encoded(step.by) }))
    return { type: 'state', generation: this.highest, current: current ?? null, held, wentBack }
  }

  #memory(): object[] {
    const [project, environment] = this.order.words
    const fence = { type: 'fence', project, environment, generation: this.highest, turn: this.latest, current: this.current }
    const releases = [...this.releases].map(([generation, { manifest, confirmed, before, plan, planSignature, receipt }]) => ({
      ...{ type: 'release', generation, repository: manifest('repository')[0], confirmed, switched: before !== undefined },
      ...{ plan: encoded(plan), planSignature: encoded(planSignature) },
      ...{ receipt: receipt ? encoded(receipt.text) : null, receiptSignature: receipt ? encoded(receipt.signature) : null },
    }))
    const known = this.highest === 0 ? [] : [{ ...fence, order: encoded(this.order.text), signature: encoded(this.order.signature) }]
    return [...known, ...releases.toReversed(), { type: 'recalled' }]
  }

  #look(): object[] {
    const before = [...(this.releases.get(this.current)?.before ?? [])].map((id) => ({ type: 'before', id }))
    const containers = this.docker.containers.map(({ id, name, service, reference, image, status, restarts }) => ({
      ...{ type: 'container', id, name, service, reference, status, restarts },
      ...{ image: image.config, health: null, exitCode: image.behaviour.exits ?? 0, outOfMemory: false, startedAt: id.slice(0, 8) },
    }))
    const leaving = [...this.leaving].map((id) => ({ type: 'leaving', id }))
    return [...containers, ...before, ...leaving]
  }

  #answers(): object[] {
    const probes = this.releases.get(this.current)?.manifest('probe') ?? []
    return this.docker.containers.flatMap(({ id, service, image: { behaviour } }) =>
      probes
        .map((probe) => probe.split(' '))
        .filter(([target]) => target === service)
        .map(([, , path = '']) => {
          const components = behaviour.database === undefined ? {} : { components: { db: { status: behaviour.database } } }
          const body = encoded(JSON.stringify({ version: behaviour.version, ...components }))
          return { type: 'answer', service, container: id, path: encoded(path), status: behaviour.answers ?? 200, body }
        }),
    )
  }

  /** What commands in containers came to: each look runs each once more. */
  #commands(run: number): object[] {
    const targets = (this.releases.get(this.current)?.manifest('command') ?? []).map((line) => line.split(' ')[0])
    return this.docker.containers
      .filter(({ service }) => targets.includes(service))
      .map(({ id, service, image: { behaviour }, variables }) => {
        const { command = 0, says = '' } = behaviour
        const output = encoded(interpolate(says, variables))
        return { type: 'command', service, container: id, run, code: command === 'hangs' ? null : command, output }
      })
  }

  #logs(service: string): object[] {
    return this.docker.containers
      .filter((container) => container.service === service)
      .map(({ id, image, variables }) => {
        const text = encoded(interpolate(image.behaviour.says ?? 'hello\n', variables))
        const before = this.releases.get(this.current)?.before?.has(id) ?? false
        return { type: 'logs', service, container: id, before, exitCode: image.behaviour.exits ?? 0, outOfMemory: false, text }
      })
  }
}
