import { z } from 'zod'
import type { RegistryAnswer, RegistryLogin } from '../../flow/ports.ts'
import { type Challenge, readChallenge } from './challenge.ts'
import { type Answer, ask, type Limits, retryAfter } from './http.ts'

/** What ends a resolution early. */
export type Refusal = Exclude<RegistryAnswer, { kind: 'found' }>
export type Reply = { kind: 'ok'; answer: Answer } | { kind: 'refused'; refusal: Refusal }

/** Tokens by registry, repository and user. */
export type TokenCache = Map<string, { token: string; until: number }>

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional(), expires_in: z.number().optional() })

/** Talks to one registry about one repository: signs in where asked to, follows redirects of blobs, words what goes wrong. */
export class Session {
  #base: URL
  #name: string
  #login: RegistryLogin | undefined
  #tokens: TokenCache
  #limits: Limits
  #authority: string | undefined
  #authorization: string | undefined

  constructor(place: {
    base: URL
    name: string
    login: RegistryLogin | undefined
    tokens: TokenCache
    limits: Limits
    authority?: string | undefined
  }) {
    this.#base = place.base
    this.#name = place.name
    this.#login = place.login
    this.#tokens = place.tokens
    this.#limits = place.limits
    this.#authority = place.authority
    const known = this.#tokens.get(this.#key)
    if (known && known.until > Date.now()) this.#authorization = `Bearer ${known.token}`
  }

  head = (path: string, accept: string): Promise<Reply> => this.#signedIn('HEAD', path, accept)
  get = (path: string, accept: string): Promise<Reply> => this.#signedIn('GET', path, accept)

  async #signedIn(method: 'GET' | 'HEAD', path: string, accept: string): Promise<Reply> {
    const url = new URL(`/v2/${this.#name}/${path}`, this.#base)
    const first = await this.#send(method, url, accept)
    if (first.kind === 'refused' || first.answer.status !== 401) return this.#judge(first)
    const refused = await this.#signIn(readChallenge(first.answer.headers.get('www-authenticate')))
    return refused ? { kind: 'refused', refusal: refused } : this.#judge(await this.#send(method, url, accept))
  }

  async #send(method: 'GET' | 'HEAD', url: URL, accept: string, hops = 0): Promise<Reply> {
    // A redirect leads to a storage of somebody else: the registry's credentials stay here.
    const own = url.origin === this.#base.origin && this.#authorization !== undefined
    const headers = { accept, ...(own ? { authorization: this.#authorization ?? '' } : {}) }
    const exchange = await ask(url, { method, headers, authority: this.#authority }, this.#limits)
    if (exchange.kind === 'broken') return refuse({ kind: 'failed', detail: exchange.detail, retryable: true })
    const { status, headers: told } = exchange.answer
    const location = status >= 300 && status < 400 && (hops > 0 || url.pathname.includes('/blobs/')) ? told.get('location') : null
    if (location === null) return { kind: 'ok', answer: exchange.answer }
    const next = URL.parse(location, url.href)
    if (next && hops < 3 && isSafe(next, this.#base)) return this.#send(method, next, accept, hops + 1)
    return refuse({ kind: 'failed', detail: `${this.#base.host} redirects to where Landfall does not go` })
  }

  async #signIn(challenge: Challenge): Promise<Refusal | undefined> {
    this.#tokens.delete(this.#key)
    if (challenge.kind === 'bearer') return this.#fetchToken(challenge)
    const basic = this.#basic()
    if (challenge.kind === 'basic' && basic) {
      this.#authorization = basic
      return undefined
    }
    return { kind: 'failed', detail: this.#denied(401), denied: true }
  }

  async #fetchToken(challenge: Extract<Challenge, { kind: 'bearer' }>): Promise<Refusal | undefined> {
    const url = URL.parse(challenge.realm)
    if (!url || !isSafe(url, this.#base)) return { kind: 'failed', detail: `${this.#base.host} sends to a token service without TLS` }
    if (challenge.service) url.searchParams.set('service', challenge.service)
    url.searchParams.set('scope', challenge.scope ?? `repository:${this.#name}:pull`)
    const basic = this.#basic()
    const exchange = await ask(
      url,
      { method: 'GET', headers: { accept: 'application/json', ...(basic ? { authorization: basic } : {}) }, authority: this.#authority },
      this.#limits,
    )
    if (exchange.kind === 'broken') return { kind: 'failed', detail: exchange.detail, retryable: true }
    const judged = this.#judge({ kind: 'ok', answer: exchange.answer })
    if (judged.kind === 'refused')
      return judged.refusal.kind === 'missing' ? { kind: 'failed', detail: `${url.host} has no token service` } : judged.refusal
    const parsed = tokenAnswer.safeParse(json(exchange.answer.body))
    const token = parsed.data?.token ?? parsed.data?.access_token
    if (!token) return { kind: 'failed', detail: `${url.host} answered without a token` }
    // Spent a little early, so that it does not end between two requests.
    this.#tokens.set(this.#key, { token, until: Date.now() + (parsed.data?.expires_in ?? 60) * 900 })
    this.#authorization = `Bearer ${token}`
    return undefined
  }

  #judge(reply: Reply): Reply {
    if (reply.kind === 'refused') return reply
    const { status, headers } = reply.answer
    if (status === 200) return reply
    if (status === 404) return refuse({ kind: 'missing' })
    if (status === 401 || status === 403) return refuse({ kind: 'failed', detail: this.#denied(status), denied: true })
    if (status === 429) {
      const retryAfterSeconds = retryAfter(headers.get('retry-after'), Date.now())
      return refuse({
        kind: 'busy',
        retryAfterSeconds,
        detail: `${this.#base.host} asks to wait ${retryAfterSeconds} s (too many requests)`,
      })
    }
    return refuse({ kind: 'failed', detail: `${this.#base.host} answered ${status}`, ...(status >= 500 ? { retryable: true } : {}) })
  }

  #basic(): string | undefined {
    if (!this.#login) return undefined
    return `Basic ${Buffer.from(`${this.#login.username}:${this.#login.password.reveal()}`).toString('base64')}`
  }

  #denied(status: number): string {
    const who = this.#login ? `to ${this.#login.username}` : 'to anonymous readers'
    return `${this.#base.host} refuses ${this.#name} ${who} (${status})`
  }

  get #key(): string {
    return `${this.#base.host}/${this.#name} ${this.#login?.username ?? ''}`
  }
}

const refuse = (refusal: Refusal): Reply => ({ kind: 'refused', refusal })

/** With TLS, or on this very machine where the registry is on this very machine. */
const isSafe = (url: URL, base: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && base.protocol === 'http:' && isLoopback(url.hostname))

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** Undefined where it is no JSON: the schemas refuse that. */
export function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
