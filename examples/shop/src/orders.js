import { connect } from 'node:net'

/**
 * @typedef {object} Orders
 * @property {() => Promise<unknown>} ready throws while orders cannot be taken
 * @property {(item: string) => Promise<number>} count
 * @property {(item: string) => Promise<number>} add resolves to the count with this one
 */

/** Orders are counted in Redis, which keeps them on a volume. @returns {Orders} */
export function ordersIn(address) {
  const { hostname, port } = new URL(address)
  const ask = (...words) => redis({ host: hostname, port: Number(port || 6379) }, words)
  return {
    ready: () => ask('PING'),
    count: async (item) => Number((await ask('GET', `ordered:${item}`)) ?? 0),
    add: async (item) => Number(await ask('INCR', `ordered:${item}`)),
  }
}

/** One connection for each command: slow for a big shop, but with nothing to reconnect, and without a library. */
function redis(where, words) {
  return new Promise((resolve, reject) => {
    const socket = connect(where)
    let reply = ''
    socket.setEncoding('utf8')
    socket.setTimeout(2000, () => socket.destroy(new Error('the cache does not answer')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the cache hung up')))
    socket.on('data', (piece) => {
      reply += piece
      const answer = read(reply)
      if (answer === undefined) return
      socket.end()
      if (answer instanceof Error) reject(answer)
      else resolve(answer)
    })
    socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`)
  })
}

/** A whole reply of the Redis protocol; undefined while more of it has to come. */
function read(reply) {
  const [head = '', body, ...more] = reply.split('\r\n')
  if (body === undefined) return undefined
  if (head === '$-1') return null
  if (head.startsWith('$')) return more.length > 0 ? body : undefined
  return head.startsWith('-') ? new Error(head.slice(1)) : head.slice(1)
}
