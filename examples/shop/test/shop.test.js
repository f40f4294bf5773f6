import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, test } from 'node:test'
import { shop } from '../src/shop.js'

/** Orders without a Redis. */
function ordersInMemory() {
  const counts = new Map()
  return {
    broken: false,
    async ready() {
      if (this.broken) throw new Error('the cache is away')
    },
    count: async (item) => counts.get(item) ?? 0,
    add: async (item) => counts.set(item, (counts.get(item) ?? 0) + 1).get(item),
  }
}

let orders
let server
let ask

beforeEach(async () => {
  orders = ordersInMemory()
  server = createServer(shop({ name: 'Test', version: 'abc1234', orders })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ask = async (path, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method })
    return [answer.status, await answer.json()]
  }
})
afterEach(() => server.close())

test('it tells the commit it was built from', async () => {
  assert.deepEqual(await ask('/version'), [200, { version: 'abc1234' }])
})

test('it is healthy while its cache answers', async (t) => {
  assert.deepEqual(await ask('/health'), [200, { status: 'ok' }])
  t.mock.method(console, 'error', () => {})
  orders.broken = true
  assert.equal((await ask('/health'))[0], 503)
})

test('what is ordered is counted', async () => {
  await ask('/orders?item=tea', 'POST')
  assert.deepEqual(await ask('/orders?item=tea', 'POST'), [201, { item: 'tea', ordered: 2 }])
  const [status, { name, items }] = await ask('/')
  assert.deepEqual([status, name], [200, 'Test'])
  assert.deepEqual(
    items.map(({ item, ordered }) => [item, ordered]),
    [
      ['coffee', 0],
      ['tea', 2],
      ['cake', 0],
    ],
  )
})

test('what is not sold cannot be ordered', async () => {
  assert.deepEqual(await ask('/orders?item=constructor', 'POST'), [404, { error: 'there is no constructor here' }])
  assert.equal((await ask('/nowhere'))[0], 404)
  assert.equal((await ask('//'))[0], 404)
})
