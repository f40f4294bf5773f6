import { beforeEach, describe, expect, test } from 'vitest'
import type { Answered, Browser } from '../../support/browser.ts'
import { openTown, type Town } from '../../support/town.ts'
import { wordsOf } from '../../web/pages/reading.ts'
import { openSite, type Site } from './site.ts'

const page = '/deployments/11111111-2222-4333-8444-555555555555/act'
const pending = '__Host-landfall-sign-in'
const session = '__Host-landfall-session'

let town: Town
let site: Site
let browser: Browser
beforeEach(async () => {
  town = await openTown({ started: false })
  site = await openSite(town)
  browser = site.browser()
})

/** Begins, and lets GitHub give a code to somebody who signs in there. */
async function begun(of: Browser, login = 'mona'): Promise<{ state: string; code: string }> {
  const { location } = await of.get(`/sign-in?to=${encodeURIComponent(page)}`)
  const { searchParams } = new URL(location)
  const code = `code-${site.codes.size}-${login}`
  site.codes.set(code, { login, challenge: searchParams.get('challenge') ?? '' })
  return { code, state: searchParams.get('state') ?? '' }
}

const comeBack = (of: Browser, answer: Record<string, string>): Promise<Answered> => of.get(`/sign-in/done?${new URLSearchParams(answer)}`)

test('leads to GitHub and back, with a state and a challenge that are new each time', async () => {
  const first = await browser.get(`/sign-in?to=${encodeURIComponent(page)}`)
  const second = await browser.get(`/sign-in?to=${encodeURIComponent(page)}`)
  expect([first.status, new URL(first.location).origin]).toEqual([303, 'https://github.com'])
  const said = ({ location }: Answered) => Object.fromEntries(new URL(location).searchParams)
  expect(said(first)).toEqual({
    state: expect.stringMatching(/^[\w-]{32}$/),
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    back: 'https://landfall.example.com/sign-in/done',
  })
  expect(said(first).state).not.toBe(said(second).state)
  expect(said(first).challenge).not.toBe(said(second).challenge)
})

test('a session is a cookie for this host alone, over https alone, that no script reads, for half an hour', async () => {
  const { headers, location } = await comeBack(browser, await begun(browser))
  expect(location).toBe(page)
  const [cleared, made] = headers.getSetCookie()
  expect(cleared).toMatch(/^__Host-landfall-sign-in=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax; Secure$/)
  expect(made).toMatch(/^__Host-landfall-session=[\w.-]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$/)
  expect(town.log.saying('signed in')).toEqual([{ person: 'mona' }])
})

describe('nobody is let in', () => {
  test.each<[why: string, come: (answer: { state: string; code: string }) => Promise<Answered>]>([
    ['with another state', ({ code }) => comeBack(browser, { code, state: 'A'.repeat(32) })],
    ['with a state of as many letters and more bytes', ({ code }) => comeBack(browser, { code, state: 'é'.repeat(32) })],
    ['without a state', ({ code }) => comeBack(browser, { code })],
    ['in a browser that did not begin', (answer) => comeBack(site.browser(), answer)],
    ['without a code, having declined', ({ state }) => comeBack(browser, { state, error: 'access_denied' })],
    ['with a code that GitHub does not know', ({ state }) => comeBack(browser, { state, code: 'made-up' })],
    [
      'with a code that was given in another sign-in',
      async ({ state }) => comeBack(browser, { state, code: (await begun(site.browser(), 'hubot')).code }),
    ],
    [
      'when it took more than ten minutes',
      async (answer) => {
        await town.pass(601)
        return comeBack(browser, answer)
      },
    ],
    [
      'with a cookie that was changed',
      (answer) => {
        browser.cookies.set(pending, `x${browser.cookies.get(pending)}`)
        return comeBack(browser, answer)
      },
    ],
    [
      'with two cookies, one of which somebody planted',
      ({ code, state }) => {
        const cookie = `${pending}=${browser.cookies.get(pending)}; ${pending}=planted`
        return site.browser().request('GET', `/sign-in/done?${new URLSearchParams({ code, state })}`, { headers: { cookie } })
      },
    ],
  ])('%s', async (_why, come) => {
    const answer = await come(await begun(browser))
    expect(answer.status).toBe(400)
    expect(answer.headers.getSetCookie().filter((line) => line.startsWith(session))).toEqual([])
    expect(town.log.saying('signed in')).toEqual([])
  })

  test('by an answer that was used before, not even with the cookie of then', async () => {
    const answer = await begun(browser)
    const held = browser.cookies.get(pending) ?? ''
    await comeBack(browser, answer)
    expect((await comeBack(browser, answer)).status).toBe(400)
    const thief = site.browser()
    thief.cookies.set(pending, held)
    expect((await comeBack(thief, answer)).status).toBe(400)
    expect(thief.cookies.has(session)).toBe(false)
    expect(town.log.saying('signed in')).toHaveLength(1)
  })
})

test('what GitHub says against it is in the log, and not on the page', async () => {
  const answer = await comeBack(browser, { ...(await begun(browser)), code: 'made-up' })
  expect(wordsOf(answer.text)).toContain('GitHub did not confirm this sign-in')
  expect(answer.text).not.toContain('bad_verification_code')
  expect(town.log.saying('sign-in refused by github')).toEqual([{ why: 'bad_verification_code' }])
})

test('where GitHub does not answer it says so, and where to try again', async () => {
  site.github.answers = false
  const answer = await comeBack(browser, await begun(browser))
  expect([answer.status, wordsOf(answer.text)]).toEqual([503, expect.stringContaining('GitHub does not answer')])
  expect(answer.text).toContain(`href="/sign-in?to=${encodeURIComponent(page)}"`)
  expect(browser.cookies.size).toBe(0)
})

test('whoever signs in has a session of their own, whatever was planted in their browser (fixation)', async () => {
  const attacker = site.browser()
  await comeBack(attacker, await begun(attacker, 'hubot'))
  const planted = attacker.cookies.get(session) ?? ''
  browser.cookies.set(session, planted)
  await comeBack(browser, await begun(browser))
  const own = browser.cookies.get(session) ?? ''
  expect(own).not.toBe(planted)
  await comeBack(browser, await begun(browser))
  expect(browser.cookies.get(session)).not.toBe(own)
})

test.each([
  ['another site', 'https://evil.example/deployments/11111111-2222-4333-8444-555555555555/act'],
  ['another site without a scheme', '//evil.example'],
  ['another site with backslashes', '/\\evil.example'],
  ['another site behind a user name', 'https://landfall.example.com@evil.example'],
  ['a script', 'javascript:alert(1)'],
  ['a page with a way out', `${page}/../../..//evil.example`],
  ['a page with a line break', `${page}\r\nset-cookie: x=y`],
  ['another page of ours', '/sign-out'],
  ['nowhere', ''],
])('leads to no other page than one to act from: not to %s', async (_what, to) => {
  const answer = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`)
  expect([answer.status, answer.location, answer.headers.getSetCookie()]).toEqual([400, '', []])
})

test('over plain http, as on one’s own machine, the cookie has no name that only https may set', async () => {
  const ports = town.ports.bind(town)
  town.ports = (life) => ({ ...ports(life), addresses: { github: 'https://github.com', landfall: 'http://localhost:3000' } })
  const local = (await openSite(town)).browser()
  const { headers } = await local.get(`/sign-in?to=${encodeURIComponent(page)}`)
  expect(headers.getSetCookie()[0]).toMatch(/^landfall-sign-in=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/)
})
