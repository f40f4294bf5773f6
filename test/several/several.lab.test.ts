import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webStarts } from '../faults/host-record.ts'
import { toldOnce } from '../faults/told-once.ts'
import type { Merged } from '../lab/landfall/shop.ts'
import { atWork, doneBy, type Fleet, isAt, openFleet } from './fleet.ts'

/** Seconds in which a Landfall that is told to stop is gone, whatever is open: docs/operations.md. */
const stopped = 20
/** Seconds after which the work of one that was killed goes on elsewhere. */
const continued = 5

let fleet: Fleet
beforeAll(async () => {
  fleet = await openFleet(2)
})
afterAll(() => fleet?.close())

test('share the work', async () => {
  const { town, landfalls } = fleet
  for (let merges = 0; merges < 20 && landfalls.some((landfall) => doneBy(landfall) === 0); merges += 1)
    await town.merge({ title: `Shared ${merges}` }, 'success')
  expect(landfalls.map(doneBy).every((done) => done > 0)).toBe(true)
})

test('go on with what one of them had in hand when it was killed', async () => {
  const { town, gates } = fleet
  const before = new Date()
  const order = await gates.hold('order', 'switch')
  const merged = await town.begin({ title: 'Killed at work' })
  await order.arrived()
  const { worker, other } = atWork(fleet, 'rolling')
  const steps = other.log.length
  const killed = Date.now()
  await worker.kill()
  fleet.part(worker)
  const taken = await other.logged((line) => isAt('rolling')(line) && other.log.indexOf(line) >= steps)
  expect((taken.time - killed) / 1000).toBeLessThan(continued)
  await order.release()

  await town.ended(merged, 'success')
  await toldOnce(town, merged)
  expect(await webStarts(town, before)).toBe(1)
  await fleet.join()
})

test('hand over at once what one of them has in hand when it is told to stop, with pages open', async () => {
  const { town, gates } = fleet
  const before = new Date()
  const order = await gates.hold('order', 'switch')
  const merged = await town.begin({ title: 'Stopped at work' })
  await order.arrived()
  const { worker, other } = atWork(fleet, 'rolling')
  const steps = other.log.length
  const open = await Promise.all([
    visit(worker.url, 'GET /healthz HTTP/1.1\r\nHost: landfall\r\n\r\n'),
    visit(
      worker.url,
      'POST /api/github/webhooks HTTP/1.1\r\nHost: landfall\r\nX-Hub-Signature-256: sha256=0\r\nContent-Length: 100\r\n\r\n{"half',
    ),
    visit(worker.url, 'GET /deployments/'),
  ])
  fleet.part(worker)
  const ending = worker.stop()
  await worker.logged(({ msg }) => msg === 'landfall stops')
  // From here on it is either gone or says that it is going.
  const ready = await fetch(`${worker.url}/readyz`).then(
    ({ status }) => status,
    () => 'refused',
  )
  expect([503, 'refused']).toContain(ready)

  const handedOver = await worker.logged(({ msg }) => msg === 'work handed over')
  const taken = await other.logged((line) => isAt('rolling')(line) && other.log.indexOf(line) >= steps)
  // The lease would have lasted for seconds.
  expect(taken.time - handedOver.time).toBeLessThan(1500)
  await order.release()
  const stopping = worker.log.find(({ msg }) => msg === 'landfall stops')?.time ?? Number.NaN
  expect(await ending).toBe(0)
  expect((Date.now() - stopping) / 1000).toBeLessThan(stopped)
  for (const socket of open) expect(socket.closed).toBe(true)

  await town.ended(merged, 'success')
  await toldOnce(town, merged)
  expect(await webStarts(town, before)).toBe(1)
  await fleet.join()
})

test('are replaced one after another under steady merges: each webhook is answered, each merge deployed once', async () => {
  const { town, landfalls } = fleet
  const { github } = town.scenario
  const [told, before] = [github.deliveries.length, new Date()]
  const merged: Merged[] = []
  let replaced = false
  const merging = (async () => {
    for (let merge = 0; merge < 4 || !replaced; merge += 1) merged.push((await town.merge({ title: `Steady ${merge}` }, 'success')).merged)
  })()
  const codes: (number | null)[] = []
  for (const old of [...landfalls]) {
    await fleet.join()
    codes.push(await old.stop())
    fleet.part(old)
  }
  replaced = true
  await merging

  expect(codes).toEqual([0, 0])
  const sent = github.deliveries.slice(told).filter(({ redelivery }) => redelivery)
  expect(new Set(sent.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
  for (const merge of merged) await toldOnce(town, merge)
  expect(await webStarts(town, before)).toBe(merged.length)
  github.assertFaithful()
})

/** Opens a connection, says this, and leaves it open. */
async function visit(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).on('error', () => undefined)
  socket.on('data', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}
