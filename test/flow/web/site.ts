import { createHash, randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { webRoutes } from '../../../src/web/routes.ts'
import { serveHttp } from '../../../src/web/server.ts'
import type { SignIn } from '../../../src/web/sign-in.ts'
import { type Answered, type Browser, openBrowser } from '../../support/browser.ts'
import type { Town } from '../../support/town.ts'

/** Landfall's address as people know it; the tests' own requests go to where it listens. */
export const own = 'https://landfall.example.com'

/** The pages of a town's Landfall, over real HTTP, and a GitHub that people sign in with. */
export interface Site {
  browser(): Browser
  /** Signs in as this person, for a page; resolves to the answer that leads back there. */
  signIn(browser: Browser, login: string, to: string): Promise<Answered>
  /** Codes that GitHub gave and nobody exchanged yet. */
  codes: Map<string, { login: string; challenge: string }>
  /** Whether GitHub answers when it is asked who came back. */
  github: { answers: boolean }
}

export async function openSite(town: Town, { signIn: canSignIn = true } = {}): Promise<Site> {
  const codes: Site['codes'] = new Map()
  const github = { answers: true }
  const signIn: SignIn = {
    path: '/sign-in/done',
    address: (begun) => `https://github.com/login/oauth/authorize?${new URLSearchParams(begun)}`,
    async personOf({ code, verifier }) {
      if (!github.answers) throw new Error('no answer')
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
  return {
    codes,
    github,
    browser: () => openBrowser(`http://127.0.0.1:${server.port}`, own),
    async signIn(browser, login, to) {
      const begun = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`)
      const { searchParams } = new URL(begun.location)
      const code = randomUUID()
      codes.set(code, { login, challenge: searchParams.get('challenge') ?? '' })
      return browser.get(`/sign-in/done?${new URLSearchParams({ code, state: searchParams.get('state') ?? '' })}`)
    },
  }
}
