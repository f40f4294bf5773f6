import assert from 'node:assert/strict'
import { containersOf } from './containers.ts'
import { settled } from './settled.ts'
import type { FaultTown } from './towns.ts'

/** A good merge deploys, exactly its containers are there, the database is the one it was, and nothing is left to do or to tell. */
export async function stillWorks(town: FaultTown, after: string): Promise<void> {
  await Promise.all([town.gates.openAll(), town.other.gates.openAll()])
  const { merged } = await town.merge({ title: `After ${after}` }, 'success')
  const containers = await containersOf(town)
  const [web, database, ...others] = containers.toSorted((one, other) => other.service.localeCompare(one.service))
  assert.deepEqual(
    others.map(({ name }) => name),
    [],
    'containers are left over',
  )
  assert.equal(web?.name, 'shop-web-1')
  assert.ok(web.reference.endsWith(`@${merged.digest}`), `shop-web-1 runs ${web.reference}, not ${merged.digest}`)
  assert.equal(web.status, 'running')
  assert.deepEqual(database, town.database, 'the database was touched')
  await settled(town)
  assert.equal(await town.host.sh('docker exec shop-web-1 wget -qO- http://127.0.0.1:3000/health'), healthOf(merged.sha))
}

const healthOf = (version: string): string => JSON.stringify({ status: 'ok', version })
