import { expect, test } from 'vitest'
import { environmentsOn } from '../../src/flow/retire-host.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown } from '../support/town.ts'

const production = { repository: 'acme/shop', environment: 'production' }

test('a host is in use while the release that was verified last is meant for it, and until it is left', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'] })
  expect(await environmentsOn('web-1', town)).toEqual([])
  await town.deploy()
  expect(await environmentsOn('web-1', town)).toEqual([production])
  expect(await environmentsOn('web-9', town)).toEqual([])
  await town.deploy({ '.github/landfall.yml': landfallYml({ follows: ['web-2'] }) })
  expect(await environmentsOn('web-1', town)).toEqual([])
  expect(await environmentsOn('web-2', town)).toEqual([production])
})
