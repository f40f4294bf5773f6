import { deleteToken, exchangeWebFlowCode, getWebFlowAuthorizationUrl } from '@octokit/oauth-methods'
import { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { Secret } from '../../domain/secret.ts'
import type { Log } from '../../flow/ports.ts'
import { messageOf } from '../message-of.ts'
import { gitHubClock } from './clock.ts'
import { type Patience, patientFetch } from './patience.ts'

/** Path on which people come back from GitHub; app.yml's callback address ends with it. */
export const signInPath = '/sign-in/done'

/** What makes Landfall the App towards people who sign in. */
export interface ClientCredentials {
  id: string
  secret: Secret
  /** REST root, as the App's. */
  apiUrl: string
}

export interface GitHubSignIn {
  /** Where a person is sent to. `challenge`: SHA-256 of the verifier (PKCE); `back`: where GitHub sends them afterwards. */
  address(begun: { state: string; challenge: string; back: string }): string
  /** Who came back with a code; it works once, and only with the verifier. Throws where GitHub does not answer. */
  personOf(answer: { code: string; verifier: string; back: string }): Promise<SignInAnswer>
}

export type SignInAnswer =
  | { kind: 'person'; login: string }
  /** In GitHub's words: `bad_verification_code`. */
  | { kind: 'refused'; why: string }

const refusal = z.object({ response: z.object({ data: z.object({ error: z.string() }) }) })
const account = z.object({ login: z.string().min(1) })

/**
 * The App's sign-in for people. Of the token that GitHub gives for a person nothing is used but whose it is; it is taken back at
 * once, so that nothing is left that anybody could act with in their name.
 */
export function gitHubSignIn({ id, secret, apiUrl }: ClientCredentials, log: Log, patience?: Patience): GitHubSignIn {
  const { request } = new Octokit({
    baseUrl: apiUrl,
    userAgent: 'landfall',
    request: { fetch: patientFetch(gitHubClock(), patience).whole },
    // What is told of a failure is told below.
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const client = { clientType: 'github-app', clientId: id } as const
  const known = () => ({ ...client, clientSecret: secret.reveal() })

  const loginOf = async (token: string): Promise<string> => {
    try {
      const answer = await request('GET /user', { headers: { authorization: `bearer ${token}` } })
      return account.parse(answer.data).login
    } finally {
      await deleteToken({ ...known(), token, request }).catch((error: unknown) =>
        log.warn('token of a sign-in could not be taken back', { why: messageOf(error) }),
      )
    }
  }

  return {
    address({ state, challenge, back }) {
      const url = new URL(getWebFlowAuthorizationUrl({ ...client, state, redirectUrl: back, allowSignup: false, request }).url)
      url.searchParams.set('code_challenge', challenge)
      url.searchParams.set('code_challenge_method', 'S256')
      return url.href
    },

    async personOf({ code, verifier, back }) {
      try {
        // The library does not know of verifiers; what a request has by default is sent with it.
        const withVerifier = request.defaults({ code_verifier: verifier })
        const { authentication } = await exchangeWebFlowCode({ ...known(), code, redirectUrl: back, request: withVerifier })
        return { kind: 'person', login: await loginOf(authentication.token) }
      } catch (error) {
        const refused = refusal.safeParse(error)
        if (refused.success) return { kind: 'refused', why: refused.data.response.data.error }
        // Octokit's error holds the request with the client's secret; it must reach no log.
        throw new Error(`GitHub could not be asked who signs in: ${messageOf(error)}`)
      }
    },
  }
}
