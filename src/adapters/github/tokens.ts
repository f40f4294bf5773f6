import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { AppCredentials } from './app.ts'
import type { GitHubClock } from './clock.ts'

/** A right to ask, made anew before it ends by GitHub's clock. */
export interface Credential {
  token(): Promise<string>
  /** Another in place of one that GitHub refused: it was taken back, or the clocks are not what they seemed. */
  insteadOf(refused: string): Promise<string>
}

interface Token {
  value: string
  /** GitHub's time from which on it is not used any more, in milliseconds. */
  until: number
}

/** GitHub takes the App's own tokens for ten minutes at most, and none that begins in its future. */
const ownLifetime = 9 * 60
const backdated = 30
/** A token is not used in its last minute: a request takes its time, and clocks tell whole seconds. */
const lastMinute = 60_000

/**
 * The App's proof of who it is: a JWT, as https://docs.github.com/apps describes. One is used for its whole life: GitHub's
 * entity tags belong to the token, so that with another one nothing is ever unchanged.
 */
export function appCredential({ appId, privateKey }: AppCredentials, clock: GitHubClock): Credential {
  const key = readKey(privateKey.reveal())
  return kept(async () => {
    const now = Math.floor(clock.now() / 1000)
    const claims = { iat: now - backdated, exp: now + ownLifetime, iss: appId }
    const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
    const signature = sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')
    return { value: `${signed}.${signature}`, until: claims.exp * 1000 - lastMinute }
  }, clock)
}

/** The token of an installation, good for an hour. `mint` asks GitHub for one. */
export function installationCredential(mint: () => Promise<{ token: string; expires_at: string }>, clock: GitHubClock): Credential {
  return kept(async () => {
    const { token, expires_at } = await mint()
    return { value: token, until: Date.parse(expires_at) - lastMinute }
  }, clock)
}

function kept(make: () => Promise<Token>, clock: GitHubClock): Credential {
  let current: Promise<Token> | undefined
  /** One for all who ask at once; a failure is not remembered. */
  const renew = (): Promise<Token> => {
    const made = make()
    current = made
    made.catch(() => {
      if (current === made) current = undefined
    })
    return made
  }
  /** The newest, unless it is the one that is no good. */
  const better = async (bad: Promise<Token>): Promise<string> => (await (current && current !== bad ? current : renew())).value

  return {
    async token() {
      const asked = current ?? renew()
      const { value, until } = await asked
      return clock.now() < until ? value : better(asked)
    },
    async insteadOf(refused) {
      const asked = current ?? renew()
      const { value } = await asked
      return value === refused ? better(asked) : value
    },
  }
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new Error("the App's private key cannot be read. Give the whole PEM file that GitHub made for the App", { cause })
  }
}
