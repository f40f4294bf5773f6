import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type GitHubSignIn, gitHubSignIn } from '../../../src/adapters/github/sign-in.ts'
import { Secret } from '../../../src/domain/secret.ts'
import { type App, testApp } from '../../lab/github/app.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { FakeLog } from '../../support/fake-log.ts'
import { Life } from '../../support/mortal.ts'

const back = 'https://landfall.example.com/sign-in/done'
const app: App = { ...testApp(), callbackUrls: [back] }
const log = new FakeLog()
let standIn: GitHubStandIn
let signIn: GitHubSignIn

const as = (client: App['client']) =>
  gitHubSignIn({ id: client.id, secret: new Secret(client.secret), apiUrl: standIn.url }, log.of(new Life()))

beforeAll(async () => {
  standIn = await startGitHub({ app })
  standIn.signIn('mona')
  signIn = as(app.client)
})
afterAll(() => standIn.close())
afterEach(() => {
  standIn.faults.outage(false)
  standIn.assertFaithful()
})

interface CameBack {
  code: string
  verifier: string
  back: string
}

/** Somebody goes to GitHub and comes back with a code. */
async function cameBack(): Promise<CameBack> {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const answer = await fetch(signIn.address({ state: 'a state', challenge, back }), { redirect: 'manual' })
  const location = new URL(answer.headers.get('location') ?? '')
  expect(`${location.origin}${location.pathname}`).toBe(back)
  expect(location.searchParams.get('state')).toBe('a state')
  return { code: location.searchParams.get('code') ?? '', verifier, back }
}

test('tells who came back, and leaves no token behind', async () => {
  const before = standIn.requests.length
  expect(await signIn.personOf(await cameBack())).toEqual({ kind: 'person', login: 'mona' })
  expect(standIn.requests.slice(before).map(({ operation, status }) => `${status} ${operation}`)).toEqual([
    '302 GET /login/oauth/authorize',
    '200 POST /login/oauth/access_token',
    '200 GET /user',
    '204 DELETE /applications/{client_id}/token',
  ])
})

test.each<[why: string, change: (answer: CameBack) => CameBack, error: string]>([
  ['a code that was never given', (answer) => ({ ...answer, code: 'a'.repeat(20) }), 'bad_verification_code'],
  ["another's verifier", (answer) => ({ ...answer, verifier: 'b'.repeat(43) }), 'bad_verification_code'],
  ['a code that was meant for another address', (answer) => ({ ...answer, back: `${back}/else` }), 'redirect_uri_mismatch'],
])('is refused with %s', async (_why, change, error) =>
  expect(await signIn.personOf(change(await cameBack()))).toEqual({ kind: 'refused', why: error }),
)

test('is refused with a code that was used before', async () => {
  const answer = await cameBack()
  await signIn.personOf(answer)
  expect(await signIn.personOf(answer)).toEqual({ kind: 'refused', why: 'bad_verification_code' })
})

test('is refused where the secret is not the App’s', async () => {
  const stranger = as({ ...app.client, secret: 'c'.repeat(40) })
  expect(await stranger.personOf(await cameBack())).toEqual({ kind: 'refused', why: 'incorrect_client_credentials' })
})

test.each([/access_token/, /user/])('says that GitHub does not answer %s, and repeats neither secret nor code', async (path) => {
  const answer = await cameBack()
  standIn.faults.outage(path)
  const error = await signIn.personOf(answer).catch((thrown: unknown) => thrown)
  expect(String(error)).toMatch(/GitHub could not be asked who signs in/)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(new RegExp(`${app.client.secret}|${answer.code}|ghu_`))
})

test('signs in also where the token could not be taken back, and says so', async () => {
  const answer = await cameBack()
  standIn.faults.outage(/applications/)
  expect(await signIn.personOf(answer)).toEqual({ kind: 'person', login: 'mona' })
  expect(log.saying('token of a sign-in could not be taken back')).toHaveLength(1)
})
