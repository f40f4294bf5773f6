import { createServer } from 'node:http'
import { ordersIn } from './orders.js'
import { shop } from './shop.js'

const { PORT = '3000', SHOP_NAME = 'Shop', CACHE_URL = 'redis://127.0.0.1:6379', REVISION = 'unknown' } = process.env

const server = createServer(shop({ name: SHOP_NAME, version: REVISION, orders: ordersIn(CACHE_URL) }))
server.listen(Number(PORT), () => console.log(`listening on ${PORT}, built from ${REVISION}`))

// Visitors who are being served are served to the end; Docker waits ten seconds.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close())
