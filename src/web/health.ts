import { type Route, send } from './server.ts'

/**
 * `/healthz`: the process answers. `/readyz`: the parts it cannot work without answer too, each named, and it is not about to stop.
 */
export function healthRoutes(checks: Record<string, () => Promise<void>>, isStopping: () => boolean = () => false): Route {
  return async (_request, response, url) => {
    if (url.pathname === '/healthz') {
      send(response, 200, 'ok\n')
      return true
    }
    if (url.pathname !== '/readyz') return false
    if (isStopping()) {
      send(response, 503, 'stopping\n')
      return true
    }
    const states = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => {
        const ok = await check().then(
          () => true,
          () => false,
        )
        return { part, ok }
      }),
    )
    const ready = states.every(({ ok }) => ok)
    send(response, ready ? 200 : 503, states.map(({ part, ok }) => `${part}: ${ok ? 'ok' : 'does not answer'}\n`).join(''))
    return true
  }
}
