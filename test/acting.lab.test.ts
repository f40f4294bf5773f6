import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { selfSigned } from './lab/certificate.ts'
import { toldInBoth } from './lab/landfall/chat.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { type Merged, openShop, type Shop } from './lab/landfall/shop.ts'
import { type Phone, takePhone } from './lab/phone.ts'
import { type Front, startFront } from './several/front.ts'

const name = 'landfall.example.com'

let front: Front
let scenario: Scenario
let shop: Shop
let phone: Phone

beforeAll(async () => {
  front = await startFront(await selfSigned(name))
  const [made, taken] = await Promise.all([
    startScenario({ environment: { PUBLIC_URL: front.url.replace('127.0.0.1', name) } }),
    takePhone(name, { dark: true }),
  ])
  scenario = made
  phone = taken
  front.add(scenario.landfall.url)
  const { github, lab } = scenario
  shop = await openShop(github, lab.registry, { name: 'shop', hosts: ['web-1'], soak: 0, notify: ['slack:deploys', 'telegram:ops'] })
})
afterAll(async () => {
  await phone?.close()
  front?.close()
  await scenario?.stop()
})

const look = () => lookAtHost(scenario.lab.host('web-1'), 'shop')

/** Merges, and finds the link in what both chats are told of it. */
async function goesLive(title: string): Promise<{ merged: Merged; link: string }> {
  const merged = await shop.merge({ title })
  const [slack, telegram] = await Promise.all(
    (['slack', 'telegram'] as const).map(async (channel) => {
      const told = await toldInBoth(scenario.chat, merged.sha, 'went live')
      return told.find((message) => message.channel === channel)?.body ?? ''
    }),
  )
  const link = /<(https:[^|>]+)\|Roll back>/.exec(slack ?? '')?.[1] ?? ''
  expect(telegram).toContain(`<b><a href=\\"${link}\\">Roll back</a></b>`)
  return { merged, link }
}

test('a bad release at night is rolled back from a phone, by the link in the chat', async () => {
  const { merged: good } = await goesLive('Show the basket on every page')
  const { merged: bad, link } = await goesLive('Charge the card before the address is known')
  expect(link).toMatch(new RegExp(`^https://${name}:\\d+/deployments/[0-9a-f-]{36}/act$`))
  const before = await look()
  expect(before.running).toBe(bad.digest)

  // A chat's servers look at links; so does everybody in the channel.
  const preview = `${scenario.landfall.url}${new URL(link).pathname}`
  for (const method of ['HEAD', 'GET', 'GET']) expect((await fetch(preview, { method, redirect: 'manual' })).status).toBe(200)

  const { page } = phone
  scenario.github.signIn('mona')
  await page.goto(link)
  await page.getByText('Sign in with GitHub').tap()
  await page.waitForURL(link)
  const button = page.getByRole('button', { name: 'Roll back production' })
  await button.waitFor()
  const seen = (await page.locator('main').innerText()).replaceAll('\n', ' ')
  expect(seen).toContain('Goes back to')
  expect(seen).toContain(`${good.sha.slice(0, 7)}`)
  expect(seen).toContain('You are mona')
  // Under the thumb without scrolling, whatever stands above it.
  const { x, y, width, height } = (await button.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  expect([width > 300, height >= 60, x >= 0, y + height <= 664]).toEqual([true, true, true, true])
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)

  await button.tap()
  await page.getByText(`production went back to ${good.sha.slice(0, 7)}`).waitFor()
  expect(page.url()).toMatch(new RegExp(`^${link}/[0-9a-f-]{36}$`))
  const after = await look()
  expect(after.running).toBe(good.digest)
  expect(after.answered).toBe(good.sha)
  expect(after.database.container).toBe(before.database.container)
  const red = await shop.repository.waitForStatus(bad.sha, 'landfall/production', 'failure', 30)
  expect(red.description).toContain('Rolled back by mona')

  // Whoever presses the same link later sees what runs, and no button for what is done.
  await page.goto(link)
  await page.getByText('This is not what runs any more').waitFor()
  expect(await page.getByRole('button', { name: 'Roll back production' }).count()).toBe(0)
}, 120_000)

test('somebody who may only read gets no further than the door', async () => {
  const { merged, link } = await goesLive('Another change')
  await phone.forget()
  scenario.github.signIn('hubot')
  await phone.page.goto(link)
  await phone.page.getByText('Sign in with GitHub').tap()
  await phone.page.getByText('hubot may not act here').waitFor()
  expect(await phone.page.getByRole('button').count()).toBe(0)
  expect((await look()).running).toBe(merged.digest)
}, 60_000)

test('the browser found nothing to complain of but the door that was closed, and GitHub was asked as its API is described', () => {
  expect(phone.complaints.filter((said) => !said.includes('403'))).toEqual([])
  scenario.github.assertFaithful()
})
