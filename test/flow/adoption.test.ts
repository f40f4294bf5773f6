import { describe, expect, test } from 'vitest'
import type { Adoption } from '../../src/domain/adoption.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { composeYml, landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** The shop ran by hand, as a database of its own saw it; Landfall's has never heard of it but by an adoption. */
async function byHand(): Promise<{ town: Town; adoption: Adoption }> {
  const town = await openTown()
  town.registry.push(shopImage, '1.0', { version: '1.0' })
  const { plan } = await town.deploy(fixed)
  if (!plan) throw new Error('nothing was planned')
  await town.restoreDatabase()
  await town.start()
  const host = town.host()
  Object.assign(host, { highest: 0, latest: 0, current: 0 })
  host.releases.clear()
  host.heard.length = 0
  const { generation: _, passed: __, ...draft } = plan
  const containers = host.docker.containers.map(({ id, service }) => ({ host: 'web-1', service, id }))
  return { town, adoption: { draft, containers } }
}

const ids = (town: Town) => Object.fromEntries(town.host().docker.containers.map(({ service, id }) => [service, id]))
const changes = (plan: Adoption['draft'] | undefined) => plan?.services.map(({ name, change }) => `${name} ${change}`)
/** The shop as it ran: its app by a fixed version, which no merge builds. */
const fixed = { 'compose.yml': composeYml.replace('$' + '{TAG}', '1.0'), '.github/landfall.yml': landfallYml().replace(/images: .*/, '') }

describe('what ran by hand', () => {
  test('is recreated by the first deployment where nobody adopted it', async () => {
    const { town } = await byHand()
    expect(changes((await town.deploy()).plan)).toEqual(['db recreated', 'web recreated'])
  })

  test('keeps its containers where it was adopted, and so it does later', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    const before = ids(town)
    const first = await town.deploy(fixed)
    expect(first).toMatchObject({ state: 'succeeded' })
    expect(changes(first.plan)).toEqual(['db untouched', 'web untouched'])
    expect(ids(town)).toEqual(before)
    const second = await town.deploy({ 'compose.yml': fixed['compose.yml'].replace('DB_PASSWORD:', 'VOLUME: loud, DB_PASSWORD:') })
    expect(changes(second.plan)).toEqual(['db untouched', 'web recreated'])
    expect(ids(town).db).toBe(before.db)
  })

  test('keeps the image that ran, wherever its tag has gone since', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    town.registry.push(shopImage, '1.0', { version: 'another' })
    const before = ids(town)
    expect(changes((await town.deploy(fixed)).plan)).toEqual(['db untouched', 'web untouched'])
    expect(ids(town)).toEqual(before)
  })

  test('is not known any more where somebody made its container anew meanwhile', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep({ ...adoption, containers: adoption.containers.filter(({ service }) => service !== 'web') })
    expect(changes((await town.deploy(fixed)).plan)).toEqual(['db untouched', 'web recreated'])
  })

  test('keeps its containers also where the first deployment was not proved', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    const before = ids(town)
    const web = town.host().container('web')
    const well = web?.image.behaviour
    if (web) web.image = { ...web.image, behaviour: { ...well, answers: 503 } }
    expect(await town.deploy(fixed)).toMatchObject({ state: 'halted', reason: { code: 'first-release-failed' } })
    if (web) web.image = { ...web.image, behaviour: { ...well } }
    const second = await town.deploy(fixed)
    expect(second).toMatchObject({ state: 'succeeded' })
    expect(changes(second.plan)).toEqual(['db untouched', 'web untouched'])
    expect(ids(town)).toEqual(before)
  })
})

describe('its pull request', () => {
  test('says that nothing restarts', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    await openPull(town, fixed)
    expect(newestComment(town)).toContain('**0 services restart**')
    expect(newestComment(town)).toMatch(/web.*untouched/)
  })

  test('says which service would, and why', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    await openPull(town, { ...fixed, 'compose.yml': fixed['compose.yml'].replace('DB_PASSWORD:', 'VOLUME: loud, DB_PASSWORD:') })
    expect(newestComment(town)).toContain('**1 service restarts**')
    expect(newestComment(town)).toMatch(/web.*recreated.*configuration/)
  })
})
