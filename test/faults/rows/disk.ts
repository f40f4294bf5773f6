import assert from 'node:assert/strict'
import { containersOf } from '../containers.ts'
import type { Fault } from '../fault.ts'
import { dockerDisk } from '../towns.ts'

export const disk: Fault[] = [
  {
    row: 'F14',
    injected: "the disk of the host's Docker full during a pull",
    on: 'one machine',
    async run(town) {
      const before = await containersOf(town)
      const { status } = await town.merge({ title: 'A large image', padding: dockerDisk }, 'failure')
      assert.match(status.description ?? '', /no space left on device/, 'the moment was missed, or nobody is told')
      assert.deepEqual(await containersOf(town), before, 'something was stopped')
      return `the old version was not touched. People read: ${status.description}`
    },
  },
]
