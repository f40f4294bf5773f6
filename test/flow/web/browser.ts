import { createHash, randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { webRoutes } from '../../../src/web/routes.ts'
import { serveHttp } from '../../../src/web/server.ts'
import type { SignIn } from '../../../src/web/sign-in.ts'
import type { Town } from '../../support/town.ts'

/** Landfall's address as people know it; the tests' own requests go to where it listens. */
export const own = 'https://landfall.example.com'

/** The pages of a town's Landfall, over real HTTP. */
export interface Site {
  /** Somebody's browser, without any cookie. */
  browser(): Browser
  /** Codes that GitHub gave and nobody exchanged yet. */
  codes: Map<string, { login: string; challenge: string }>
}

export interface Answered {
  status: number
  headers: Headers
  text: string
  /** Where it leads; empty where nowhere. */
  location: string
}

export interface Browser {
  cookies: Map<string, string>
  get(path: string): Promise<Answered>
  /** A form as the browser sends it from one of Landfall's pages, unless it is told otherwise. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answered>
  request(method: string, path: string, more?: { headers?: Record<string, string>; body?: string }): Promise<Answered>
  /** Signs in with GitHub as this person, for a page; resolves to the answer that leads back there. */
  signIn(login: string, to: string): Promise<Answered>
}

export async function openSite(town: Town, { signIn: canSignIn = true } = {}): Promise<Site> {
  const codes: Site['codes'] = new Map()
  const signIn: SignIn = {
    path: '/sign-in/done',
    address: (begun) => `https://github.com/login/oauth/authorize?${new URLSearchParams(begun)}`,
    async personOf({ code, verifier }) {
      const given = codes.get(code)
      codes.delete(code)
      const proved = given?.challenge === createHash('sha256').update(verifier).digest('base64url')
      return given && proved ? { kind: 'person', login: given.login } : { kind: 'refused', why: 'bad_verification_code' }
    },
  }
  const ports = town.ports()
  const webhooks = { path: '/api/github/webhooks', receive: async () => 'refused' as const }
  const routes = webRoutes({ ports, webhooks, isStopping: () => false, ...(canSignIn && { signIn }) })
  const server = await serveHttp(routes, { host: '127.0.0.1', port: 0 }, ports.log)
  onTestFinished(() => server.close(0))
  return { codes, browser: () => browser(`http://127.0.0.1:${server.port}`, codes) }
}

function browser(at: string, codes: Site['codes']): Browser {
  const cookies = new Map<string, string>()
  const made: Browser = {
    cookies,
    get: (path) => made.request('GET', path),
    post: (path, fields, headers = {}) =>
      made.request('POST', path, {
        headers: { origin: own, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      }),

    async request(method, path, { headers = {}, body } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(`${at}${path}`, {
        method,
        redirect: 'manual',
        headers: { ...(cookie !== '' && { cookie }), ...headers },
        ...(body !== undefined && { body }),
      })
      for (const line of answer.headers.getSetCookie()) keep(cookies, line)
      const { status, headers: answered } = answer
      return { status, headers: answered, text: await answer.text(), location: answered.get('location') ?? '' }
    },

    async signIn(login, to) {
      const begun = await made.get(`/sign-in?to=${encodeURIComponent(to)}`)
      const { searchParams } = new URL(begun.location)
      const code = randomUUID()
      codes.set(code, { login, challenge: searchParams.get('challenge') ?? '' })
      return made.get(`/sign-in/done?${new URLSearchParams({ code, state: searchParams.get('state') ?? '' })}`)
    },
  }
  return made
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (/max-age=0/i.test(line)) cookies.delete(name)
  else cookies.set(name, value)
}

/** The sealed ask of a button with these words on a page. */
export function askOf(page: string, words: string): string {
  const [, ask] = new RegExp(`name="ask" value="([^"]+)"><button[^>]*>${words}`).exec(page) ?? []
  if (ask === undefined) throw new Error(`there is no button "${words}" on the page`)
  return ask
}
