import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setupDonePage, setupPage } from './pages/setup-page.ts'
import { isSame } from './sealed.ts'
import { type Route, send } from './server.ts'

/** What the set-up needs from outside. */
export interface SetupOptions {
  /** GitHub's web address: `https://github.com`. */
  github: string
  /** The manifest for this redirect address. */
  manifest(redirectUrl: string): string
  /** Where the browser reaches this server now. */
  here: string
  /** Takes the code, saves the credentials; resolves to the App's page. */
  register(code: string): Promise<string>
  /** Absent on loopback, where only this machine gets in; otherwise the page opens with `?token=` only. */
  token?: string
}

/** Hosts, with their ports, that only this machine reaches. */
export const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

/** Registers the App on GitHub from its manifest, for the person who started Landfall and nobody else. */
export function setupRoute(options: SetupOptions): Route {
  // Ties GitHub's answer to the page that was opened here.
  const state = randomBytes(24).toString('hex')
  return async (request, response, url) => {
    if (request.method !== 'GET') return false
    if (url.pathname === '/' || url.pathname === '/setup') {
      if (!mayEnter(request, url, options.token)) {
        send(response, 403, 'Open the address that Landfall printed when it started: it carries the token.\n')
        return true
      }
      const nonce = randomBytes(16).toString('base64')
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; form-action ${options.github}; base-uri 'none'; frame-ancestors 'none'`,
      )
      const action = `${options.github}/settings/apps/new?state=${state}`
      send(response, 200, setupPage(action, options.manifest(`${options.here}/setup/done`), nonce), 'text/html; charset=utf-8')
      return true
    }
    if (url.pathname !== '/setup/done') return false
    const code = url.searchParams.get('code')
    if (!code || !isSame(url.searchParams.get('state') ?? '', state)) {
      send(response, 400, 'This answer does not belong to the set-up page opened here. Open the page again.\n')
      return true
    }
    const nonce = randomBytes(16).toString('base64')
    const page = await options.register(code)
    response.setHeader('content-security-policy', `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`)
    send(response, 200, setupDonePage(`${page}/installations/new`, nonce), 'text/html; charset=utf-8')
    return true
  }
}

/** On loopback the Host header has to be loopback too: a page elsewhere may point its name at 127.0.0.1. */
function mayEnter(request: IncomingMessage, url: URL, token: string | undefined): boolean {
  if (token === undefined) return loopback.test(request.headers.host ?? '')
  return isSame(url.searchParams.get('token') ?? '', token)
}
