import { createHash } from 'node:crypto'
import type { Digest } from '../../src/domain/repository.ts'
import type { Clock, Registry, RegistryAnswer, RegistryLogin } from '../../src/flow/ports.ts'

/** How the app in an image behaves once it runs. */
export interface Behaviour {
  /** HTTP status of every path; 0 where nothing listens. */
  answers?: number
  /** What `/health` tells as its version. */
  version?: string
  /** Ends at once with this code. */
  exits?: number
  /** What `/health` tells of its database; nothing where absent. */
  database?: string
  /** Exit code of a command that is run in it, 0 where absent, and it writes what its log says. */
  command?: number | 'hangs'
  /** Exit code of what is run once in a container of it, 0 where absent; how many seconds that takes, and null where it never ends. */
  once?: number
  takes?: number | null
  /** Its log; variables of its environment are filled in. */
  says?: string
}

/** An image as registries and hosts know it. */
export interface FakeImage {
  digest: Digest
  manifest: Digest
  config: Digest
  platforms: string[]
  behaviour: Behaviour
}

/** A registry: what was pushed is found, and anything else can be scripted. */
export class FakeRegistry implements Registry {
  readonly #tags = new Map<string, FakeImage>()
  readonly #images = new Map<string, FakeImage>()
  /** What was asked, and when. */
  readonly asked: { name: string; at: Date }[] = []
  /** Answers instead of the registry; undefined lets it answer itself. */
  instead: (name: string, login?: RegistryLogin) => RegistryAnswer | undefined = () => undefined
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  push(repository: string, tag: string, behaviour: Behaviour = {}, platforms = ['linux/amd64']): FakeImage {
    const digest = (part: string) =>
      `sha256:${createHash('sha256')
        .update(`${repository}:${tag} ${JSON.stringify(behaviour)} ${part}`)
        .digest('hex')}`
    const image = { digest: digest('index'), manifest: digest('manifest'), config: digest('config'), platforms, behaviour }
    this.#tags.set(`${repository}:${tag}`, image)
    this.#images.set(`${repository}@${image.digest}`, image)
    return image
  }

  /** How plans name what a tag of it names now. */
  reference(repository: string, tag: string): string {
    return `${repository}@${this.#tags.get(`${repository}:${tag}`)?.digest ?? ''}`
  }

  /** What a host gets when it pulls `repository@sha256:…`. */
  image(reference: string): FakeImage | undefined {
    return this.#images.get(reference)
  }

  async resolve(repository: string, tag: string, login?: RegistryLogin): Promise<RegistryAnswer> {
    const name = `${repository}:${tag}`
    this.asked.push({ name, at: this.#clock.now() })
    const scripted = this.instead(name, login)
    if (scripted) return scripted
    const found = this.#tags.get(name)
    if (!found) return { kind: 'missing' }
    const { digest, manifest, config, platforms } = found
    const image = { repository, tag, digest, platforms: platforms.map((platform) => ({ platform, manifest, config })) }
    return { kind: 'found', image }
  }
}
