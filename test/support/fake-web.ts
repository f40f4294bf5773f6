import type { PublicWeb } from '../../src/flow/ports.ts'
import type { UrlAnswer } from '../../src/policy/url-check.ts'
import type { Behaviour } from './fake-registry.ts'

/** The web, on which the app answers as it does on its host, unless something else is scripted. */
export class FakeWeb implements PublicWeb {
  /** What was asked, in order. */
  readonly asked: string[] = []
  /** Answers instead; undefined lets the app answer. */
  instead: (url: string) => UrlAnswer | undefined = () => undefined
  /** Why the address would be refused; undefined where it is public. */
  leadsInside: string | undefined
  readonly #app: () => Behaviour | undefined

  constructor(app: () => Behaviour | undefined) {
    this.#app = app
  }

  async closed(): Promise<string | undefined> {
    return this.leadsInside
  }

  async get(url: string): Promise<UrlAnswer> {
    this.asked.push(url)
    const { answers = 200, version } = this.#app() ?? { answers: 502 }
    return this.instead(url) ?? { kind: 'answered', status: answers, body: JSON.stringify({ version }) }
  }
}
