import { beforeEach, describe, expect, test } from 'vitest'
import type { Deployment } from '../../../src/domain/deployment.ts'
import type { Role } from '../../../src/domain/role.ts'
import { type Answered, askOf, type Browser } from '../../support/browser.ts'
import { openTown, type Town } from '../../support/town.ts'
import { openSite, own, type Site } from './site.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'] as const
const unknown = '11111111-2222-4333-8444-555555555555'

let town: Town
let site: Site
let deployment: Deployment
beforeEach(async () => {
  town = await openTown()
  await town.deploy()
  deployment = await town.deploy()
  town.github.roles.tina = 'triage'
  town.github.roles.rita = 'read'
  site = await openSite(town)
})

const actPath = () => `/deployments/${deployment.id}/act`
const raised = () => town.log.saying('intent stored').filter(({ kind }) => kind === 'command').length

async function visitor(login?: string): Promise<Browser> {
  const browser = site.browser()
  if (login !== undefined) await site.signIn(browser, login, actPath())
  return browser
}

describe('every address, every method, for everybody: what is not listed is not there', () => {
  /** Statuses for nobody, somebody who may read, who may triage and who may write; of methods not named 404. */
  type Row = [path: string, by: Partial<Record<(typeof methods)[number] | 'others', [number, number, number, number]>>]
  const all = (status: number): [number, number, number, number] => [status, status, status, status]
  const rows = (id: string): Row[] => [
    ['/healthz', { others: all(200) }],
    ['/readyz', { others: all(200) }],
    ['/api/github/webhooks', { POST: all(401), others: all(405) }],
    [`/deployments/${id}`, { GET: all(200), HEAD: all(200) }],
    [`/deployments/${id}/receipt`, { GET: all(200), HEAD: all(200) }],
    [`/deployments/${id}/receipt.sig`, { GET: all(200), HEAD: all(200) }],
    // What is posted here is no form of ours.
    [`/deployments/${id}/act`, { GET: [200, 403, 200, 200], HEAD: [200, 403, 200, 200], POST: all(403) }],
    [`/deployments/${id}/act/${unknown}`, { GET: [303, 404, 404, 404], HEAD: [303, 404, 404, 404] }],
    ['/sign-in', { GET: all(400) }],
    ['/sign-in/done', { GET: all(400) }],
    ['/sign-out', { POST: all(403) }],
    [`/deployments/${unknown}`, {}],
    [`/deployments/${unknown}/act`, {}],
    [`/deployments/${unknown}/receipt`, {}],
    [`/deployments/${id}/receipt.json`, {}],
    [`/deployments/${id}/rollback`, {}],
    [`/deployments/${id}/act/`, {}],
    [`/deployments/${id}/act/${unknown}/more`, {}],
    [`/deployments/${id.toUpperCase()}/act`, {}],
    ['/deployments', {}],
    ['/', {}],
    ['/setup', {}],
    ['/setup/done', {}],
    ['/.env', {}],
    ['/metrics', {}],
    ['//landfall.example.com/healthz', {}],
  ]

  test('answers as the table says', async () => {
    const visitors = [await visitor(), await visitor('rita'), await visitor('tina'), await visitor('mona')]
    const found: string[] = []
    const expected: string[] = []
    for (const [path, by] of rows(deployment.id)) {
      for (const method of methods) {
        const statuses = await Promise.all(visitors.map((one) => one.request(method, path)))
        found.push(`${method} ${path} ${statuses.map(({ status }) => status)}`)
        expected.push(`${method} ${path} ${by[method] ?? by.others ?? all(404)}`)
      }
    }
    expect(found).toEqual(expected)
    expect(raised()).toBe(0)
  })

  test.each<[who: Role, login: string, buttons: boolean]>([
    ['triage', 'tina', false],
    ['write', 'mona', true],
  ])('who has %s sees the page; buttons only where they may press them', async (_role, login, buttons) => {
    const { text } = await (await visitor(login)).get(actPath())
    expect(text.includes('Roll back production')).toBe(buttons)
  })

  test('a repository that the operator does not serve any more has no page to act from', async () => {
    const mona = await visitor('mona')
    const ask = askOf((await mona.get(actPath())).text, 'Roll back')
    town.operator = { ...town.operator, repositories: [] }
    expect([(await mona.get(actPath())).status, (await mona.post(actPath(), { ask })).status]).toEqual([404, 404])
  })
})

test('a page cannot be framed, kept or extended', async () => {
  const policyOf = ({ headers }: Answered) => headers.get('content-security-policy') ?? ''
  const pages: [login: string | undefined, path: string, forms: boolean][] = [
    [undefined, `/deployments/${deployment.id}`, false],
    [undefined, actPath(), false],
    ['mona', actPath(), true],
    [undefined, '/sign-in/done', false],
  ]
  for (const [login, path, forms] of pages) {
    const browser = await visitor(login)
    const answer = await browser.get(path)
    const policy = policyOf(answer)
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", `form-action ${forms ? "'self'" : "'none'"}`])
      expect(policy).toContain(part)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    for (const [tag] of answer.text.matchAll(/<(script|style)[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': forms ? 'same-origin' : 'no-referrer',
    })
    expect(policyOf(await browser.get(path))).not.toBe(policy)
  }
})

test('a form that is not of this page, this session and this moment does nothing (CSRF)', async () => {
  const mona = await visitor('mona')
  const ask = askOf((await mona.get(actPath())).text, 'Roll back')
  const forged = `${Buffer.from('[9e15,{}]').toString('base64url')}.${'A'.repeat(43)}`
  const untold = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `ask=${ask}` }
  const older = (await town.deployments()).at(-1)?.id
  const cases: [why: string, status: number, send: () => Promise<Answered>][] = [
    ['from another site', 403, () => mona.post(actPath(), { ask }, { origin: 'https://evil.example' })],
    ['from a site with our name in it', 403, () => mona.post(actPath(), { ask }, { origin: `${own}.evil.example` })],
    ['from a page without an address', 403, () => mona.post(actPath(), { ask }, { origin: 'null' })],
    ['over http', 403, () => mona.post(actPath(), { ask }, { origin: own.replace('https', 'http') })],
    ['without saying where from', 403, () => mona.request('POST', actPath(), untold)],
    ['as text', 415, () => mona.post(actPath(), { ask }, { 'content-type': 'text/plain' })],
    ['as JSON', 415, () => mona.post(actPath(), { ask }, { 'content-type': 'application/json' })],
    ['without the ask', 403, () => mona.post(actPath(), {})],
    ['with a changed ask', 403, () => mona.post(actPath(), { ask: `${ask.slice(0, -2)}AA` })],
    ['with an ask made elsewhere', 403, () => mona.post(actPath(), { ask: forged })],
    ['with the session in its place', 403, () => mona.post(actPath(), { ask: [...mona.cookies.values()][0] ?? '' })],
    ['that is far too long', 413, () => mona.post(actPath(), { ask, more: 'x'.repeat(10_000) })],
    ['for another deployment', 403, () => mona.post(`/deployments/${older}/act`, { ask })],
    ['by somebody who is not signed in', 401, async () => (await visitor()).post(actPath(), { ask })],
    ['by somebody else', 403, async () => (await visitor('tina')).post(actPath(), { ask })],
    ['by the same person, signed in anew', 403, async () => (await visitor('mona')).post(actPath(), { ask })],
  ]
  const found: [string, number][] = []
  for (const [why, , send] of cases) found.push([why, (await send()).status])
  expect(found).toEqual(cases.map(([why, status]) => [why, status]))
  expect(raised()).toBe(0)
  expect((await mona.post(actPath(), { ask })).status).toBe(303)
  expect(raised()).toBe(1)
})

test('a sign-in ends after half an hour, and with it what was shown', async () => {
  const mona = await visitor('mona')
  const ask = askOf((await mona.get(actPath())).text, 'Roll back')
  await town.pass(30 * 60 + 1)
  const answer = await mona.post(actPath(), { ask })
  expect([answer.status, raised()]).toEqual([401, 0])
  expect(answer.text).toContain(`/sign-in?to=${encodeURIComponent(actPath())}`)
  expect((await mona.get(actPath())).text).toContain('Sign in with GitHub')
})

test('people sign out themselves; no other site does it for them', async () => {
  const mona = await visitor('mona')
  expect((await mona.post('/sign-out', { to: actPath() }, { origin: 'https://evil.example' })).status).toBe(403)
  expect(mona.cookies.size).toBe(1)
  expect((await mona.post('/sign-out', { to: 'https://evil.example' })).location).toBe('/')
  expect(mona.cookies.size).toBe(0)
  const again = await visitor('mona')
  expect((await again.post('/sign-out', { to: actPath() })).location).toBe(actPath())
})
