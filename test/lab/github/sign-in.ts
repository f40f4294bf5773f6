import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Asked, Parts } from './answering.ts'
import type { Answer } from './call.ts'
import type { Person, World } from './world.ts'

/** People who sign in with the App. */
export interface SignIns {
  /** Who is signed in on GitHub in the browser that comes next. */
  browser: Person | undefined
  /** Given and not exchanged yet. */
  codes: Map<string, Code>
  /** Tokens of people, until they are taken back. */
  tokens: Map<string, Person>
}

interface Code {
  person: Person
  redirect: string
  challenge: string
  expiresAt: Date
}

const codeLifetime = 10 * 60

/** GitHub's description ends where its own pages begin; a field that these do not know is reported all the same. */
const authorization = z.strictObject({
  client_id: z.string(),
  redirect_uri: z.url(),
  state: z.string().min(1),
  allow_signup: z.enum(['true', 'false']).optional(),
  code_challenge: z.string().regex(/^[\w-]{43}$/),
  code_challenge_method: z.literal('S256'),
})

const exchange = z.strictObject({
  client_id: z.string(),
  client_secret: z.string(),
  code: z.string(),
  redirect_uri: z.string(),
  code_verifier: z.string().regex(/^[\w.~-]{43,128}$/),
})

/** The web pages of a sign-in and the exchange of its code; undefined for whatever is none of them. */
export function answerSignIn(asked: Asked, { world, violated }: Parts): Answer | undefined {
  const operation = `${asked.method} ${asked.pathname}`
  const understood = <T>(schema: z.ZodType<T>, value: unknown, where: string): T | undefined => {
    const read = schema.safeParse(value)
    if (!read.success) violated(read.error.issues.map(({ path, message }) => ({ operation, where, what: `${path.join('/')}: ${message}` })))
    return read.data
  }
  if (operation === 'GET /login/oauth/authorize') {
    const wanted = understood(authorization, Object.fromEntries(asked.query), 'query')
    return wanted ? authorize(wanted, world) : page(404, 'This is not the web page you are looking for')
  }
  if (operation === 'POST /login/oauth/access_token') {
    const wanted = understood(exchange, JSON.parse(asked.text), 'body')
    return wanted ? exchanged(wanted, world) : refusal('bad_verification_code')
  }
  return undefined
}

/** Who has signed in on GitHub and given the App their consent before is sent back at once. */
function authorize({ client_id, redirect_uri, state, code_challenge }: z.infer<typeof authorization>, world: World): Answer {
  const { app, signIns } = world
  if (client_id !== app.client.id) return page(404, 'This is not the web page you are looking for')
  if (!app.callbackUrls.includes(redirect_uri)) return page(400, 'The redirect_uri is not associated with this application')
  if (!signIns.browser) return page(200, 'Sign in to GitHub')
  const code = randomBytes(10).toString('hex')
  const expiresAt = new Date(world.now().getTime() + codeLifetime * 1000)
  signIns.codes.set(code, { person: signIns.browser, redirect: redirect_uri, challenge: code_challenge, expiresAt })
  const back = new URL(redirect_uri)
  back.searchParams.set('code', code)
  back.searchParams.set('state', state)
  return { status: 302, headers: { location: back.href } }
}

/** A code is good for once, also where the rest is wrong. */
function exchanged(wanted: z.infer<typeof exchange>, world: World): Answer {
  const { app, signIns } = world
  if (wanted.client_id !== app.client.id || wanted.client_secret !== app.client.secret) return refusal('incorrect_client_credentials')
  const given = signIns.codes.get(wanted.code)
  signIns.codes.delete(wanted.code)
  if (!given || given.expiresAt <= world.now()) return refusal('bad_verification_code')
  if (given.redirect !== wanted.redirect_uri) return refusal('redirect_uri_mismatch')
  if (createHash('sha256').update(wanted.code_verifier).digest('base64url') !== given.challenge) return refusal('bad_verification_code')
  const token = `ghu_${randomBytes(18).toString('hex')}`
  signIns.tokens.set(token, given.person)
  const body = { access_token: token, expires_in: 28_800, refresh_token: `ghr_${randomBytes(30).toString('hex')}` }
  return { status: 200, body: { ...body, refresh_token_expires_in: 15_897_600, scope: '', token_type: 'bearer' } }
}

/** GitHub answers 200 here whatever is wrong. */
const refusal = (error: string): Answer => ({
  status: 200,
  body: { error, error_description: `The stand-in says ${error}.`, error_uri: 'https://docs.github.com/apps' },
})

const page = (status: number, words: string): Answer => ({
  status,
  type: 'text/html',
  body: new TextEncoder().encode(`<!doctype html><title>${words}</title><h1>${words}</h1>`),
})
