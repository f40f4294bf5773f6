import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { z } from 'zod'
import type { App, Level } from './app.ts'
import type { Installation, Person, World } from './world.ts'

/** Who a request comes from. */
export type Caller =
  | { kind: 'app' }
  | { kind: 'installation'; token: Token }
  /** Somebody who signed in with the App, by the token it was given for them. */
  | { kind: 'person'; person: Person }
  /** The App as the one that people sign in with, by its client id and secret. */
  | { kind: 'client' }
  | { kind: 'nobody' }
  /** With GitHub's own sentence. */
  | { kind: 'refused'; message: string }

export interface Token {
  value: string
  installation: Installation
  permissions: Record<string, Level>
  /** Ids of the repositories it is limited to; undefined means all of the installation. */
  repositories: number[] | undefined
  expiresAt: Date
}

export interface Tokens {
  issue(installation: Installation, permissions: Record<string, Level>, repositories: number[] | undefined): Token
  caller(authorization: string | undefined): Caller
}

const claims = z.object({ exp: z.number(), iat: z.number(), iss: z.union([z.string(), z.number()]) })
const header = z.object({ alg: z.literal('RS256') })

/** `lifetime` of installation tokens in seconds; GitHub's is an hour. */
export function createTokens(world: World, lifetime: () => number): Tokens {
  const issued = new Map<string, Token>()
  return {
    issue(installation, permissions, repositories) {
      const expiresAt = new Date(world.now().getTime() + lifetime() * 1000)
      const token = { value: `ghs_${randomBytes(18).toString('hex')}`, installation, permissions, repositories, expiresAt }
      issued.set(token.value, token)
      return token
    },

    caller(authorization) {
      if (authorization === undefined) return { kind: 'nobody' }
      const [, pair] = /^basic\s+(\S+)$/i.exec(authorization) ?? []
      if (pair !== undefined) {
        const { id, secret } = world.app.client
        const own = Buffer.from(pair, 'base64').toString('utf8') === `${id}:${secret}`
        return own ? { kind: 'client' } : { kind: 'refused', message: 'Bad credentials' }
      }
      const [, value = ''] = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization) ?? []
      const someone = world.signIns.tokens.get(value)
      if (someone) return { kind: 'person', person: someone }
      if (value.split('.').length === 3) {
        const message = refusal(value, world.app, world.now())
        return message === undefined ? { kind: 'app' } : { kind: 'refused', message }
      }
      const token = issued.get(value)
      if (!token || token.expiresAt <= world.now()) return { kind: 'refused', message: 'Bad credentials' }
      return { kind: 'installation', token }
    },
  }
}

const undecodable = 'A JSON web token could not be decoded'
const longest = 600
/** GitHub's clock and the App's may differ by so many seconds. */
const drift = 60

/** Why an App's JWT is not accepted, in the words that clients look for; undefined where it is. */
function refusal(jwt: string, app: App, now: Date): string | undefined {
  const [head = '', body = '', signature = ''] = jwt.split('.')
  if (!header.safeParse(decoded(head)).success) return undecodable
  const signed = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), createPublicKey(app.privateKey), Buffer.from(signature, 'base64url'))
  const said = claims.safeParse(decoded(body))
  if (!signed || !said.success) return undecodable
  const seconds = now.getTime() / 1000
  if (said.data.exp <= seconds) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
  }
  if (said.data.exp > seconds + longest + drift) return "'Expiration time' claim ('exp') is too far in the future"
  if (said.data.iat > seconds + drift) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
  }
  return String(said.data.iss) === String(app.id) ? undefined : 'Integration not found'
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
