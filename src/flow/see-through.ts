import { type Deployment, isTerminal, type TimelineEntry } from '../domain/deployment.ts'
import { sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { Bell } from './bell.ts'
import { environmentLease, environmentWork } from './environment.ts'
import type { Ports } from './ports.ts'
import { type Holding, underLease, type Work } from './under-lease.ts'

/** Seconds between two looks at how far it is. */
const lookEvery = 0.25

/** For so many seconds whoever serves on this database may take it up before it is done here: they look each second. */
const othersFirst = 2.5

/** A line of what happens to it. */
export type Happened = Pick<TimelineEntry, 'step' | 'host' | 'text'>

/** How somebody at the command line sees a deployment through. */
export interface Seeing extends Holding {
  /** Hears each new line of its record, and each new reason to wait. */
  say(happened: Happened): void
  /** Everything that the work needs; asked for only where nobody else does it. */
  outside(): Promise<Ports>
  /** Whoever looks has seen enough. */
  enough: AbortSignal
}

type SeeingPorts = Pick<Ports, 'store' | 'clock' | 'log' | 'ids'>

/** How it stands in the end, and whether it was worked on here. */
export interface Seen {
  deployment: Deployment
  here: boolean
}

/**
 * Watches a deployment until it has come to its end. Where a Landfall serves on this database it does the work; where none does, or the
 * one that did is gone, the work is done here, under the same lease: so there are never two. Throws where it would have to be done here
 * and cannot.
 */
export async function seeThrough(id: string, seeing: Seeing, ports: SeeingPorts): Promise<Seen> {
  const over = new AbortController()
  const until = AbortSignal.any([over.signal, seeing.enough])
  const work = new WorkHere(await mustRead(id, ports), seeing.outside, over, ports)
  const working = workOn(work, id, seeing, until, ports)
  try {
    const deployment = await follow(id, seeing, until, ports)
    if (work.unable !== undefined) throw work.unable
    return { deployment, here: work.begun }
  } finally {
    over.abort()
    await working
  }
}

async function workOn(work: Work, id: string, holding: Holding, until: AbortSignal, ports: SeeingPorts): Promise<void> {
  await ports.clock.sleep(othersFirst, until)
  while (!until.aborted) {
    const again = await underLease(work, `deployment:${id}`, holding, { stopping: until, bell: new Bell() }, ports)
    await ports.clock.sleep(Math.min(again ?? lookEvery, 1), until)
  }
}

/** The environment's work, with what it needs opened when the lease is in hand. */
class WorkHere implements Work {
  readonly lease: string
  begun = false
  /** Why it cannot be done here. */
  unable: unknown
  readonly #id: string
  readonly #outside: () => Promise<Ports>
  readonly #over: AbortController
  readonly #ports: SeeingPorts
  #work: Work | undefined

  constructor({ id, repository, environment }: Deployment, outside: () => Promise<Ports>, over: AbortController, ports: SeeingPorts) {
    this.lease = environmentLease(fullName(repository), environment)
    this.#id = id
    this.#outside = outside
    this.#over = over
    this.#ports = ports
  }

  async run(...given: Parameters<Work['run']>): Promise<number | undefined> {
    if (isTerminal((await mustRead(this.#id, this.#ports)).state)) return undefined
    this.begun = true
    try {
      this.#work ??= await environmentWork(this.#id, await this.#outside())
    } catch (error) {
      this.unable = error
      this.#over.abort()
      return undefined
    }
    return this.#work?.run(...given)
  }

  async failed(...given: Parameters<NonNullable<Work['failed']>>): Promise<boolean> {
    return (await this.#work?.failed?.(...given)) ?? false
  }
}

/** Tells what happens to it until it is over. */
async function follow(id: string, { say }: Seeing, until: AbortSignal, ports: SeeingPorts): Promise<Deployment> {
  let told = 0
  let waitsFor = ''
  for (;;) {
    const deployment = await mustRead(id, ports)
    const record = await ports.store.timeline.read(id)
    for (const entry of record.slice(told)) say(entry)
    told = record.length
    const waits = deployment.state === 'waiting' && deployment.reason ? sentenceOf(deployment.reason) : ''
    if (waits !== '' && waits !== waitsFor) say({ step: 'waiting', text: waits })
    waitsFor = waits
    if (isTerminal(deployment.state) || until.aborted) return deployment
    await ports.clock.sleep(lookEvery, until)
  }
}

async function mustRead(id: string, { store }: Pick<Ports, 'store'>): Promise<Deployment> {
  const deployment = await store.deployments.read(id)
  if (!deployment) throw new Error(`there is no deployment ${id}`)
  return deployment
}
