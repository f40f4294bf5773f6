import { type AppRoutes, notFound, ok, pageUrl, refused, text } from '../call.ts'
import { type Delivery, moment } from '../world.ts'

/** The App's own webhook deliveries, newest first, by which lost ones are found and asked for again. */
export const deliveryRoutes: AppRoutes = {
  'GET /app/hook/deliveries': {
    answer(call) {
      const size = Math.min(Number(call.query.get('per_page') ?? 30), 100)
      const from = call.query.get('cursor')
      const outcome = call.query.get('status')
      const all = call.world.deliveries.toReversed().filter((one) => outcome === null || (outcome === 'success') === one.statusCode < 400)
      const begin = from === null ? 0 : all.findIndex((one) => cursor(one) === from)
      // Nothing more behind a cursor that is not known any more.
      const rest = begin < 0 ? [] : all.slice(begin)
      const next = rest[size]
      return {
        ...ok(rest.slice(0, size).map(item)),
        ...(next && { headers: { link: `<${pageUrl(call, cursor(next), 'cursor')}>; rel="next"` } }),
      }
    },
  },

  'GET /app/hook/deliveries/{delivery_id}': {
    answer(call) {
      const found = call.world.deliveries.find((one) => one.id === text(call, 'delivery_id'))
      return found ? ok(whole(found)) : notFound()
    },
  },

  'POST /app/hook/deliveries/{delivery_id}/attempts': {
    async answer(call) {
      const id = text(call, 'delivery_id')
      if (!call.world.deliveries.some((one) => one.id === id)) return refused(400, 'Delivery not found')
      // GitHub accepts first and delivers afterwards.
      void call.redeliver(id)
      return { status: 202, body: {} }
    },
  },
}

const cursor = ({ id }: Delivery): string => `v1_${id}`

const item = (delivery: Delivery) => ({
  id: BigInt(delivery.id),
  guid: delivery.guid,
  delivered_at: moment(delivery.deliveredAt),
  redelivery: delivery.redelivery,
  duration: delivery.seconds,
  status: delivery.status,
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installation,
  repository_id: delivery.repository,
  throttled_at: null,
})

const whole = (delivery: Delivery) => ({
  ...item(delivery),
  url: '',
  request: { headers: delivery.requestHeaders, payload: delivery.payload },
  response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
})
