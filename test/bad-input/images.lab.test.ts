import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ownPlatform, pushApp } from '../lab/images.ts'
import { landfallFile, openTown, readPage, type Town } from '../lab/landfall/town.ts'
import { expectAllIsWell, expectRefusal } from './refusal.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
  await town.merge({ title: 'The shop opens' }, 'success')
})
afterEach(() => town.scenario.lab.registry.behave())
afterAll(() => town?.close())

/** Waits four seconds for an image instead of a quarter of an hour. */
const impatient = () => ({ '.github/landfall.yml': landfallFile({ registry: town.scenario.lab.registry.address, imageWithin: '4s' }) })

/** What the commit status said on its way, in order. */
const saidOf = (sha: string) => town.shop.repository.statuses(sha).map(({ description }) => description ?? '')

test('an image that never comes is waited for in sight of everybody, then given up', async () => {
  await expectRefusal(
    town,
    { title: 'The build broke', build: false, files: impatient() },
    {
      status: /Nothing was changed: Image .*acme\/shop:[0-9a-f]{40} did not appear/,
      page: /did not appear in the registry within 4 seconds[\s\S]*Look at the build/,
    },
  )
  expect(saidOf(await town.shop.repository.head())).toContainEqual(expect.stringMatching(/^No image .* in the registry yet/))
})

test("an image that is not built for the host's platform", async () => {
  const foreign = ownPlatform === 'linux/amd64' ? 'linux/arm64' : 'linux/amd64'
  const before = await town.footprint()
  const { sha } = await town.shop.merge({ title: 'Built on another machine', build: false, files: town.files })
  await pushApp(town.scenario.lab.registry, { repository: 'acme/shop', tag: sha, version: sha, platforms: [foreign] })
  const { description, targetUrl } = await town.shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 30)
  expect(description).toMatch(/is not built for linux\//)
  expect(await readPage(targetUrl)).toContain(`it offers ${foreign}`)
  expect(await town.footprint()).toBe(before)
})

test('a registry that wants a login the operator did not give', async () => {
  town.scenario.lab.registry.requireBasic({ username: 'ci', password: 'not-in-any-file' })
  await expectRefusal(town, { title: 'Locked out' }, { status: /registry .* did not serve/, page: /401|login|credentials/i })
})

test('a registry that is broken for longer than an image is waited for', async () => {
  town.scenario.lab.registry.fail({ status: 500, when: /manifests/ })
  await expectRefusal(town, { title: 'A bad day', files: impatient() }, { status: /registry .* did not serve/, page: /500/ })
})

test('a registry that asks to wait is left alone for so long, then asked again', async () => {
  const { registry } = town.scenario.lab
  registry.fail({ status: 429, retryAfter: 3, when: /manifests/, times: 1 })
  const { merged } = await town.merge({ title: 'Too many requests' }, 'success')
  expect(saidOf(merged.sha)).toContainEqual(expect.stringMatching(/asks to wait/))
})

test('afterwards a good merge deploys', () => expectAllIsWell(town))
