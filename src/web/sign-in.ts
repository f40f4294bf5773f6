import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Ports } from '../flow/ports.ts'
import { redirect, sendPage } from './answers.ts'
import { cookie } from './cookies.ts'
import { readForm } from './forms.ts'
import { type Message, messagePage } from './pages/message-page.ts'
import { isSame, sealer } from './sealed.ts'
import { type Route, send } from './server.ts'
import type { Sessions } from './sessions.ts'

/** What signing in needs of GitHub. */
export interface SignIn {
  /** Path on which people come back. */
  path: string
  /** Where a person is sent to; `challenge` is the SHA-256 of the verifier. */
  address(begun: { state: string; challenge: string; back: string }): string
  /** Who came back with a code. */
  personOf(answer: { code: string; verifier: string; back: string }): Promise<Answer>
}

type Answer = { kind: 'person'; login: string } | { kind: 'refused'; why: string }

/** The pages that somebody signs in for. Nobody is sent anywhere else afterwards. */
const goal = z.string().regex(/^\/deployments\/[0-9a-f-]{36}\/act(\/[0-9a-f-]{36})?$/)

/** A sign-in that was begun in this browser and has not come back yet. */
const begun = z.strictObject({ state: z.string(), verifier: z.string(), goal })

/** Time to type a password and a second factor. */
const patience = 10 * 60

/** The address that begins a sign-in and leads back to a page. */
export const signInAddress = (to: string): string => `/sign-in?to=${encodeURIComponent(to)}`

/**
 * Signing in by way of GitHub. What ties its answer to the browser that asked is a sealed cookie: nobody can be led into a session that
 * somebody else began, and an answer counts once.
 */
export function signInRoute(signIn: SignIn, sessions: Sessions, ports: Pick<Ports, 'addresses' | 'clock' | 'log' | 'signer'>): Route {
  const { addresses, clock, log, signer } = ports
  const pending = cookie('landfall-sign-in', addresses.landfall.startsWith('https:'))
  const sealed = sealer(signer.keyFor('web sign-ins'), begun, () => clock.now())
  const back = `${addresses.landfall}${signIn.path}`

  const begin = (response: ServerResponse, to: string | null): void => {
    const wanted = goal.safeParse(to)
    if (!wanted.success) {
      send(response, 400, 'This sign-in leads to no page that there is.\n')
      return
    }
    const [state, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
    pending.set(response, sealed.seal({ state, verifier, goal: wanted.data }, patience), patience)
    redirect(response, signIn.address({ state, challenge: createHash('sha256').update(verifier).digest('base64url'), back }))
  }

  const end = async (response: ServerResponse, held: string | undefined, answer: URLSearchParams): Promise<void> => {
    pending.clear(response)
    const asked = sealed.open(held)
    if (!asked || !isSame(answer.get('state') ?? '', asked.state)) return say(response, 400, notBegunHere)
    const code = answer.get('code')
    if (!code) return say(response, 400, declined, asked.goal)
    const answered = await signIn.personOf({ code, verifier: asked.verifier, back }).catch((error: unknown) => {
      log.warn('sign-in not answered by github', { error })
      return { kind: 'unanswered' } as const
    })
    if (answered.kind === 'unanswered') return say(response, 503, unanswered, asked.goal)
    if (answered.kind === 'refused') {
      log.warn('sign-in refused by github', { why: answered.why })
      return say(response, 400, notTaken, asked.goal)
    }
    sessions.begin(response, answered.login)
    log.info('signed in', { person: answered.login })
    redirect(response, asked.goal)
  }

  return async (request, response, url) => {
    if (request.method === 'GET' && url.pathname === '/sign-in') begin(response, url.searchParams.get('to'))
    else if (request.method === 'GET' && url.pathname === signIn.path) await end(response, pending.of(request), url.searchParams)
    else if (request.method === 'POST' && url.pathname === '/sign-out') {
      const form = await readForm(request, response, addresses.landfall)
      if (form.kind === 'refused') send(response, form.status, `${form.why}\n`)
      if (form.kind !== 'form') return true
      sessions.end(response)
      redirect(response, goal.safeParse(form.fields.get('to')).data ?? '/')
    } else return false
    return true
  }
}

/** Why somebody is not signed in, and the way to try again for the page they wanted. */
function say(response: ServerResponse, status: number, why: Pick<Message, 'title' | 'said'>, goal?: string): void {
  const on = goal === undefined ? {} : { on: { words: 'Sign in with GitHub', to: signInAddress(goal) } }
  sendPage(response, status, (nonce) => messagePage({ tone: 'warn', badge: 'Not signed in', ...why, ...on }, nonce))
}

const notBegunHere = {
  title: 'This sign-in was not begun in this browser, or it is over',
  said: ['Open the link of the message again and sign in from there.'],
}

const declined = { title: 'GitHub did not let you in', said: ['You declined, or GitHub did.'] }

const unanswered = { title: 'GitHub does not answer', said: ['Try again in a moment.'] }

const notTaken = {
  title: 'GitHub did not confirm this sign-in',
  said: ["It may have taken too long. If it stays so, Landfall's log says what GitHub answered."],
}
