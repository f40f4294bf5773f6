const prices = { coffee: 380, tea: 290, cake: 450 }

/**
 * The shop, as a request listener for node:http.
 *
 * @param {object} shop
 * @param {string} shop.name shown to visitors
 * @param {string} shop.version the commit the image was built from
 * @param {import('./orders.js').Orders} shop.orders what was ordered so far
 */
export function shop({ name, version, orders }) {
  const pages = {
    // Whether it can do its work, and so can take visitors: the cache has to answer for that.
    'GET /health': async () => {
      await orders.ready()
      return [200, { status: 'ok' }]
    },
    // Landfall compares this with the commit it deployed.
    'GET /version': async () => [200, { version }],
    'GET /': async () => {
      const items = Object.entries(prices).map(async ([item, cents]) => ({ item, cents, ordered: await orders.count(item) }))
      return [200, { name, items: await Promise.all(items) }]
    },
    'POST /orders': async (address) => {
      const item = address.searchParams.get('item') ?? ''
      if (!Object.hasOwn(prices, item)) return [404, { error: `there is no ${item || 'such item'} here` }]
      return [201, { item, ordered: await orders.add(item) }]
    },
  }

  return async (request, response) => {
    const address = URL.parse(request.url, 'http://shop')
    const page = pages[`${request.method} ${address?.pathname}`] ?? (async () => [404, { error: 'not found' }])
    const [status, body] = await page(address).catch((error) => {
      console.error(error)
      return [503, { error: 'try again in a moment' }]
    })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(body)}\n`)
  }
}
