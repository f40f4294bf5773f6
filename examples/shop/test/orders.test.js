import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { ordersIn } from '../src/orders.js'

const heard = []
let reply = ''
/** Answers what it is told to, in two pieces, as networks do. */
const redis = createServer((socket) => {
  socket.on('data', (data) => {
    heard.push(data.toString())
    socket.write(reply.slice(0, 3))
    setTimeout(() => socket.write(reply.slice(3)), 5)
  })
  socket.on('error', () => {})
}).listen(0, '127.0.0.1')
await once(redis, 'listening')
after(() => redis.close())
const orders = ordersIn(`redis://127.0.0.1:${redis.address().port}`)

test('an order counts up', async () => {
  reply = ':12\r\n'
  assert.equal(await orders.add('tea'), 12)
  assert.equal(heard.at(-1), '*2\r\n$4\r\nINCR\r\n$11\r\nordered:tea\r\n')
})

test('what nobody ordered yet counts as none', async () => {
  reply = '$-1\r\n'
  assert.equal(await orders.count('tea'), 0)
  reply = '$2\r\n41\r\n'
  assert.equal(await orders.count('tea'), 41)
})

test('a Redis that refuses or is not there is an error', async () => {
  reply = '-LOADING Redis is loading the dataset in memory\r\n'
  await assert.rejects(orders.ready(), /LOADING/)
  await assert.rejects(ordersIn('redis://127.0.0.1:1').ready(), /ECONNREFUSED/)
})
