import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../../src/domain/deployment.ts'
import { type Answered, askOf, type Browser } from '../../support/browser.ts'
import { httpError } from '../../support/fake-github.ts'
import { refused } from '../../support/host-answers.ts'
import { openTown, type Town } from '../../support/town.ts'
import { wordsOf } from '../../web/pages/reading.ts'
import { openSite, type Site } from './site.ts'

const actOn = ({ id }: Deployment): string => `/deployments/${id}/act`
const running = (town: Town) => town.host().container('web')?.image.behaviour.version
const rollbacks = async (town: Town) => (await town.deployments()).filter(({ kind }) => kind === 'rollback')

interface Night {
  town: Town
  site: Site
  /** What runs, and what ran before. */
  bad: Deployment
  good: Deployment
}

/** Something bad went live, and somebody has the link of its message. */
async function night(): Promise<Night> {
  const town = await openTown()
  const [good, bad] = [await town.deploy({}, { subject: 'Good' }), await town.deploy({}, { subject: 'Bad' })]
  return { town, site: await openSite(town), good, bad }
}

async function signedIn(site: Site, login: string, deployment: Deployment): Promise<Browser> {
  const browser = site.browser()
  await site.signIn(browser, login, actOn(deployment))
  return browser
}

async function press(browser: Browser, deployment: Deployment, words: string): Promise<Answered> {
  const { text } = await browser.get(actOn(deployment))
  return browser.post(actOn(deployment), { ask: askOf(text, words) })
}

test('a bad deployment is rolled back from a phone: link, sign-in, button, and seen until it is proved', async () => {
  const { town, site, bad, good } = await night()
  const phone = site.browser()
  const door = await phone.get(actOn(bad))
  expect(wordsOf(door.text)).toContain('Sign in with GitHub')
  expect((await site.signIn(phone, 'mona', actOn(bad))).location).toBe(actOn(bad))

  const { text } = await phone.get(actOn(bad))
  expect(wordsOf(text)).toMatch(/Runs now .* Bad .* Goes back to .* Good .* You are mona .* Roll back production/)
  const pressed = await phone.post(actOn(bad), { ask: askOf(text, 'Roll back') })
  expect(pressed.status).toBe(303)
  expect(wordsOf((await phone.get(pressed.location)).text)).toContain('Heard Rolling back')

  await town.quiet()
  expect(running(town)).toBe(good.revision)
  const [made] = await rollbacks(town)
  expect(made).toMatchObject({ actor: 'mona', state: 'succeeded', plan: { release: good.id } })
  const after = await phone.get(pressed.location)
  expect(wordsOf(after.text)).toContain(`Proved production went back to ${good.revision?.slice(0, 7)}`)
  expect(after.text).not.toContain('data-live')
})

test('looking at the link changes nothing, however often and whoever looks', async () => {
  const { town, site, bad } = await night()
  const before = town.log.saying('intent stored').length
  for (const browser of [site.browser(), await signedIn(site, 'mona', bad)])
    for (const method of ['GET', 'HEAD', 'GET']) expect((await browser.request(method, actOn(bad))).status).toBe(200)
  expect(town.log.saying('intent stored')).toHaveLength(before)
})

test('pressed five times at once, it is one wish', async () => {
  const { town, site, bad, good } = await night()
  const phone = await signedIn(site, 'mona', bad)
  const ask = askOf((await phone.get(actOn(bad))).text, 'Roll back')
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => phone.post(actOn(bad), { ask })))
  expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
  await town.quiet()
  expect((await phone.post(actOn(bad), { ask })).location).toBe(answers[0]?.location)
  await town.quiet()
  expect(await rollbacks(town)).toHaveLength(1)
  expect(running(town)).toBe(good.revision)
})

test('pressed by two people at once goes back once as far as both were shown, and not one further', async () => {
  const town = await openTown()
  await town.deploy()
  const [good, bad] = [await town.deploy(), await town.deploy()]
  town.github.roles.lisa = 'write'
  const site = await openSite(town)
  const phones = await Promise.all(['mona', 'lisa'].map((login) => signedIn(site, login, bad)))
  const pages = await Promise.all(phones.map((phone) => phone.get(actOn(bad))))
  await Promise.all(phones.map((phone, index) => phone.post(actOn(bad), { ask: askOf(pages[index]?.text ?? '', 'Roll back') })))
  await town.quiet()
  expect(running(town)).toBe(good.revision)
})

describe('nothing is done where things are not as they were shown', () => {
  test('because something else was deployed since', async () => {
    const { town, site, bad } = await night()
    const phone = await signedIn(site, 'mona', bad)
    const ask = askOf((await phone.get(actOn(bad))).text, 'Roll back')
    const mended = await town.deploy({}, { subject: 'Mended' })
    const answer = await phone.post(actOn(bad), { ask })
    expect([answer.status, wordsOf(answer.text)]).toEqual([409, expect.stringContaining('Something happened on production')])
    await town.quiet()
    expect(running(town)).toBe(mended.revision)
    const again = await phone.get(actOn(bad))
    expect(wordsOf(again.text)).toContain('This is not what runs any more')
    expect(again.text).toContain(`href="${actOn(mended)}"`)
    expect(() => askOf(again.text, 'Roll back')).toThrow()
  })

  test('because somebody else is rolling back already', async () => {
    const { town, site, bad } = await night()
    const phone = await signedIn(site, 'mona', bad)
    await town.tellComment('/rollback')
    await town.reaches('verifying')
    const page = await phone.get(actOn(bad))
    expect(wordsOf(page.text)).toContain('A rollback is on its way')
    expect(() => askOf(page.text, 'Roll back')).toThrow()
  })
})

describe('who may', () => {
  test('is asked of GitHub again when it is done', async () => {
    const { town, site, bad } = await night()
    const phone = await signedIn(site, 'mona', bad)
    const ask = askOf((await phone.get(actOn(bad))).text, 'Roll back')
    town.github.roles.mona = 'triage'
    const { location } = await phone.post(actOn(bad), { ask })
    await town.quiet()
    expect(running(town)).toBe(bad.revision)
    expect(wordsOf((await phone.get(location)).text)).toContain('Refused mona may not do this: it needs write access')
  })

  test('is not known where GitHub does not answer: then the way without it is told', async () => {
    const { town, site, bad } = await night()
    const phone = await signedIn(site, 'mona', bad)
    town.github.fails = (call) => (call === 'role' ? httpError(502) : undefined)
    const answer = await phone.get(actOn(bad))
    expect([answer.status, wordsOf(answer.text)]).toEqual([503, expect.stringContaining('landfall-shell rollback shop production')])
  })

  test('what came of a press is shown to whoever pressed, and to nobody else', async () => {
    const { town, site, bad } = await night()
    town.github.roles.lisa = 'write'
    const phone = await signedIn(site, 'mona', bad)
    const { location } = await press(phone, bad, 'Roll back')
    expect((await phone.get(location)).status).toBe(200)
    expect((await (await signedIn(site, 'lisa', bad)).get(location)).status).toBe(404)
    expect((await site.browser().get(location)).location).toBe(`/sign-in?to=${encodeURIComponent(location)}`)
  })
})

describe('other acts', () => {
  test('what waits is cancelled', async () => {
    const { town, site } = await night()
    await town.tellPush(town.commit({}, { build: false }))
    const waiting = await town.reaches('waiting')
    const { location } = await press(await signedIn(site, 'mona', waiting), waiting, 'Cancel')
    await town.quiet()
    expect(await town.store.deployments.read(waiting.id)).toMatchObject({ state: 'cancelled' })
    expect(wordsOf((await (await signedIn(site, 'mona', waiting)).get(location)).text)).toContain('Cancelled by mona')
  })

  test('what waits for approval is approved as it was shown', async () => {
    const town = await openTown({ gates: 'approve: { count: 1 }' })
    const site = await openSite(town)
    await town.tellPush(town.commit())
    const waiting = await town.reaches('waiting')
    const phone = await signedIn(site, 'mona', waiting)
    const { text } = await phone.get(actOn(waiting))
    expect(wordsOf(text)).toMatch(/waits for approval: 1 required, 0 found.* Plan .* web .* Approve for production Reject Cancel/)
    const { location } = await phone.post(actOn(waiting), { ask: askOf(text, 'Approve') })
    await town.quiet()
    expect(await town.newest()).toMatchObject({ id: waiting.id, state: 'succeeded' })
    expect(await town.store.verdicts.of(waiting.id)).toMatchObject([
      { verdict: 'approve', person: 'mona', content: waiting.proposal?.content },
    ])
    expect(wordsOf((await phone.get(location)).text)).toContain('went live on production')
  })

  test('what waits is rejected', async () => {
    const town = await openTown({ gates: 'approve: { count: 1 }' })
    const site = await openSite(town)
    await town.tellPush(town.commit())
    const waiting = await town.reaches('waiting')
    const phone = await signedIn(site, 'mona', waiting)
    const { location } = await press(phone, waiting, 'Reject')
    await town.quiet()
    expect(wordsOf((await phone.get(location)).text)).toContain('Rejected by mona: no reason given')
  })

  test('what failed is tried again', async () => {
    const { town, site } = await night()
    const failed = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(failed.state).toBe('rolled-back')
    const phone = await signedIn(site, 'mona', failed)
    const { location } = await press(phone, failed, 'Try again')
    await town.quiet()
    const again = await town.newest()
    expect(again).toMatchObject({ revision: failed.revision, actor: 'mona' })
    expect((await phone.get(location)).text).toContain(`/deployments/${again.id}`)
  })

  test('what halted is rolled back to what was verified last', async () => {
    const { town, site, bad } = await night()
    town.host().instead = ({ verb }) => (verb === 'restore' ? refused(15, 'docker compose up failed') : undefined)
    const halted = await town.deploy({}, { behaviour: { answers: 500 } })
    town.host().instead = () => undefined
    await press(await signedIn(site, 'mona', halted), halted, 'Roll back')
    await town.quiet()
    expect(running(town)).toBe(bad.revision)
  })
})

test('without client id and secret the page says what to set, and that there is another way', async () => {
  const town = await openTown()
  const deployment = await town.deploy()
  const page = await (await openSite(town, { signIn: false })).browser().get(actOn(deployment))
  expect(wordsOf(page.text)).toMatch(/APP_CLIENT_ID and APP_CLIENT_SECRET .* \/rollback production in a comment/)
})

describe('what waits for approval', () => {
  async function waiting() {
    const town = await openTown({ gates: 'approve: { not-author: true }' })
    town.github.roles.lisa = 'write'
    await town.tellPush(town.commit())
    await town.pass(20)
    return { town, site: await openSite(town), waits: await town.newest() }
  }

  test('is not offered to whoever may not approve it, who is told why', async () => {
    const { site, waits } = await waiting()
    const [own, other] = [await signedIn(site, 'mona', waits), await signedIn(site, 'lisa', waits)]
    const page = wordsOf((await own.get(actOn(waits))).text)
    expect(page).not.toContain('Approve for production')
    expect(page).toContain('mona may not approve')
    expect(page).toContain('the change is theirs')
    expect(page).toContain('Reject')
    expect(wordsOf((await other.get(actOn(waits))).text)).toContain('Approve for production')
  })

  test('is offered where GitHub does not say whose change it is, and refused when pressed', async () => {
    const { town, site, waits } = await waiting()
    const own = await signedIn(site, 'mona', waits)
    town.github.fails = (call) => (call === 'commitAt' ? httpError(502) : undefined)
    const ask = askOf((await own.get(actOn(waits))).text, 'Approve')
    town.github.fails = () => undefined
    await own.post(actOn(waits), { ask })
    await town.pass(20)
    expect((await town.newest()).state).toBe('waiting')
  })

  test('is rejected with the reason that was given', async () => {
    const { town, site, waits } = await waiting()
    const other = await signedIn(site, 'lisa', waits)
    const { text } = await other.get(actOn(waits))
    expect(text).toContain('name="reason"')
    await other.post(actOn(waits), { ask: askOf(text, 'Reject'), reason: 'not before the\nsale ends' })
    await town.quiet()
    expect((await town.newest()).reason).toMatchObject({
      code: 'rejected-by',
      evidence: { person: 'lisa', reason: 'not before the sale ends' },
    })
  })
})
