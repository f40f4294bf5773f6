import { describe, expect, test } from 'vitest'
import type { Adoption } from '../../src/domain/adoption.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** The shop ran by hand, as a database of its own saw it; Landfall's has never heard of it but by an adoption. */
async function byHand(): Promise<{ town: Town; adoption: Adoption }> {
  const town = await openTown()
  const { plan } = await town.deploy()
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
/** The image that runs is on offer for this commit, too: nothing has to be built for it. */
const unchanged = { 'compose.yml': composeYml.replace('$' + '{TAG}', '1.0') }

describe('what ran by hand', () => {
  test('is recreated by the first deployment where nobody adopted it', async () => {
    const { town } = await byHand()
    expect(changes((await town.deploy()).plan)).toEqual(['db recreated', 'web recreated'])
  })

  test('keeps its containers where it was adopted, and only what changes is recreated', async () => {
    const { town, adoption } = await byHand()
    await town.store.adoptions.keep(adoption)
    const before = ids(town)
    const first = await town.deploy()
    expect(first).toMatchObject({ state: 'succeeded' })
    expect(changes(first.plan)).toEqual(['db untouched', 'web recreated'])
    expect(ids(town).db).toBe(before.db)
    expect(changes((await town.deploy()).plan)).toEqual(['db untouched', 'web recreated'])
    expect(ids(town).db).toBe(before.db)
  })
  void unchanged
  void landfallYml
  void newestComment
  void openPull
})
