import assert from 'node:assert/strict'
import { type Answered, askOf, type Browser, openBrowser } from '../../support/browser.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

const markup = '<script>alert(1)</script><img src=x onerror=alert(1)>'

/** The page to act on the newest release, of which there is one before it. */
async function actPath(town: AttackedTown): Promise<string> {
  await town.merge({ title: 'Before' }, 'success')
  const { status } = await town.merge({ title: `After ${markup}` }, 'success')
  return `${new URL(status.targetUrl ?? '').pathname}/act`
}

/** How many commands were taken so far. */
const taken = ({ scenario }: AttackedTown) =>
  scenario.landfall.log.filter((line) => line.msg === 'intent stored' && line.kind === 'command').length

const open = ({ scenario }: AttackedTown): Browser => openBrowser(scenario.landfall.url)

/** Goes to GitHub as this person; resolves to where GitHub sends them back to, without going there. */
async function sentBack({ scenario }: AttackedTown, browser: Browser, login: string, to: string): Promise<string> {
  scenario.github.signIn(login)
  const { location } = await browser.get(`/sign-in?to=${encodeURIComponent(to)}`)
  const { pathname, search } = new URL((await fetch(location, { redirect: 'manual' })).headers.get('location') ?? '')
  return `${pathname}${search}`
}

async function signedIn(town: AttackedTown, login: string, to: string): Promise<Browser> {
  const browser = open(town)
  await browser.get(await sentBack(town, browser, login, to))
  return browser
}

function refusedWith(answers: [what: string, answer: Answered][], statuses: number[]): void {
  for (const [what, { status }] of answers) assert.ok(statuses.includes(status), `${what} was answered ${status}`)
}

export const acting: Attack[] = [
  {
    row: 'A16',
    tried: 'pressing the button of a page to act from: from other sites, with others’ forms, without rights',
    async attempt(town) {
      const path = await actPath(town)
      const before = taken(town)
      const mona = await signedIn(town, 'mona', path)
      const ask = askOf((await mona.get(path)).text, 'Roll back')
      const hubot = await signedIn(town, 'hubot', path)
      const pressed: [string, Answered][] = [
        ['a form from another site', await mona.post(path, { ask }, { origin: 'https://evil.example' })],
        ['a form from a sandbox', await mona.post(path, { ask }, { origin: 'null' })],
        ['a form without an ask', await mona.post(path, {})],
        ['a form of somebody else', await hubot.post(path, { ask })],
        ['a form of nobody', await open(town).post(path, { ask })],
        ['a page for somebody who may only read', await hubot.get(path)],
      ]
      refusedWith(pressed, [401, 403])
      const looked = await Promise.all(['GET', 'HEAD', 'GET'].map((method) => mona.request(method, `${path}?ask=${ask}`)))
      assert.deepEqual(
        looked.map(({ status }) => status),
        [200, 200, 200],
      )
      assert.equal(taken(town), before, 'a command was taken')
      const { headers, text } = await mona.get(path)
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.ok(!text.includes('<img') && !text.includes('<script>alert'), 'words of a commit became markup')
      assert.equal((await mona.post(path, { ask })).status, 303)
      return `${pressed.length} presses answered 401 or 403, looking did nothing, nobody can frame it; the form itself works`
    },
  },
  {
    row: 'A16',
    tried: 'planted, replayed and stolen sign-ins; sign-ins that lead elsewhere; addresses that are not listed',
    async attempt(town) {
      const path = await actPath(town)
      const thief = open(town)
      const planted = await sentBack(town, thief, 'hubot', path)
      const victim = open(town)
      const own = await sentBack(town, victim, 'mona', path)
      const held = new Map(victim.cookies)
      const come: [string, Answered][] = [["the thief's answer in another browser", await victim.get(planted)]]
      for (const [name, value] of held) victim.cookies.set(name, value)
      assert.equal((await victim.get(own)).location, path)
      come.push(['an answer that was used', await victim.get(own)])
      for (const [name, value] of held) thief.cookies.set(name, value)
      come.push(['an answer that was used, with the cookie of then', await thief.get(own)])
      for (const to of ['https://evil.example', '//evil.example', `${path}/../../sign-out`, '/'])
        come.push([`a sign-in that leads to ${to}`, await thief.get(`/sign-in?to=${encodeURIComponent(to)}`)])
      refusedWith(come, [400])
      assert.deepEqual([...thief.cookies.keys()], [], 'the thief is signed in')
      const unlisted = ['/', '/setup', '/deployments', '/metrics', '/.env', `${path}/more`, '//x/healthz'].map(
        async (each): Promise<[string, Answered]> => [each, await victim.get(each)],
      )
      refusedWith(await Promise.all(unlisted), [404])
      return `${come.length} sign-ins answered 400 and nobody else signed in; ${unlisted.length} addresses are not there`
    },
  },
]
