import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { z } from 'zod'
import { renderedWith } from './fake-compose.ts'
import type { Behaviour, FakeImage, FakeRegistry } from './fake-registry.ts'
import type { Unpacked } from './unpack-bundle.ts'

/** A container of the one project on a fake host. */
export interface FakeContainer {
  id: string
  name: string
  service: string
  reference: string
  image: FakeImage
  /** What it was made from. */
  definition: string
  variables: ReadonlyMap<string, string>
  status: 'running' | 'exited'
  restarts: number
}

const services = z.looseObject({ services: z.record(z.string(), z.looseObject({ image: z.string().optional() })) })

/** The engine of a fake host, with images it has pulled and Compose's rule for what gets a new container. */
export class FakeDocker {
  containers: FakeContainer[] = []
  readonly pulled = new Set<string>()
  readonly #registry: FakeRegistry
  readonly #host: string
  #made = 0

  constructor(host: string, registry: FakeRegistry) {
    this.#host = host
    this.#registry = registry
  }

  /** False where the registry has no such image. */
  pull(reference: string): boolean {
    if (this.#registry.image(reference) === undefined) return false
    this.pulled.add(reference)
    return true
  }

  /** `docker compose up` of these services: what is as described stays. False where an image was never pulled. */
  up(release: Unpacked, names: string[], { force = false } = {}): boolean {
    return names.every((name) => {
      const made = this.#asDescribed(release, name)
      const own = this.containers.filter((container) => container.service === name)
      if (!force && own.length === 1 && own[0]?.definition === made.definition && own[0].status === 'running') return true
      const { image } = made
      if (!image) return false
      this.remove(name)
      this.#create({ ...made, image })
      return true
    })
  }

  /** How what the release has for a service behaves; nothing special where its image was never pulled. */
  behaviourOf = (release: Unpacked, name: string): Behaviour => this.#asDescribed(release, name).image?.behaviour ?? {}

  /** `up --no-recreate --scale`: so many containers of the release beside these. False where an image was never pulled. */
  beside(release: Unpacked, name: string, count: number, others: ReadonlySet<string>): boolean {
    const made = this.#asDescribed(release, name)
    const { image } = made
    if (!image) return false
    const own = this.containers.filter(({ service, id }) => service === name && !others.has(id))
    for (let missing = count - own.length; missing > 0; missing -= 1) this.#create({ ...made, image })
    return true
  }

  /** By their ids. */
  removeThese(ids: ReadonlySet<string>): void {
    this.containers = this.containers.filter(({ id }) => !ids.has(id))
  }

  #asDescribed(release: Unpacked, name: string) {
    const described = services.parse(renderedWith(parse(release.compose), release.variables))
    const pinned = services.parse(parse(release.override.replaceAll(/!(reset|override)/g, '')))
    const reference = pinned.services[name]?.image ?? ''
    const definition = JSON.stringify({ ...described.services[name], image: reference })
    const image = this.pulled.has(reference) ? this.#registry.image(reference) : undefined
    return { service: name, reference, image, definition, variables: release.variables }
  }

  remove(service: string): void {
    this.containers = this.containers.filter((container) => container.service !== service)
  }

  #create(made: Pick<FakeContainer, 'service' | 'reference' | 'image' | 'definition' | 'variables'>): void {
    this.#made += 1
    const id = createHash('sha256').update(`${this.#host} ${this.#made}`).digest('hex')
    const { exits } = made.image.behaviour
    const status = exits === undefined ? 'running' : 'exited'
    this.containers.push({ id, name: `${made.service}-${this.#made}`, status, restarts: 0, ...made })
  }
}
