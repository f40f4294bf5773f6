import { expect, test } from 'vitest'
import { openQueue } from '../../../src/adapters/queue/open.ts'
import { Ear, queueContract, silent } from './contract.ts'

queueContract('in process', async () => ({
  open: (log) => openQueue({ kind: 'in-process' }, log),
  cleanUp: async () => undefined,
}))

test('a closed queue wakes nobody', async () => {
  const queue = await openQueue({ kind: 'in-process' }, silent)
  const ear = new Ear()
  await queue.listen(ear.listener)
  await queue.wake('intent:1')
  await queue.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(ear.heard).toEqual([])
})
