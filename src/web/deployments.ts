import { linksOf } from '../flow/links-of.ts'
import type { Ports } from '../flow/ports.ts'
import { sendNotFound, sendPage } from './answers.ts'
import { deploymentPage } from './pages/deployment-page.ts'
import type { Route } from './server.ts'

const address = /^\/deployments\/([0-9a-f-]{36})$/

/**
 * The page of one deployment, where `log_url` leads. Its random id of 122 bits is what opens it: GitHub shows it to those
 * who may read the repository.
 */
export function deploymentRoute(ports: Pick<Ports, 'store' | 'addresses'>): Route {
  return async (request, response, url) => {
    const id = address.exec(url.pathname)?.[1]
    if (id === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    const deployment = await ports.store.deployments.read(id)
    if (!deployment) {
      sendNotFound(response)
      return true
    }
    const [timeline, receipt] = await Promise.all([ports.store.timeline.read(id), ports.store.receipts.of(id)])
    const view = { deployment, timeline, links: linksOf(deployment, ports), ...(receipt && { receipt }) }
    sendPage(response, 200, (nonce) => deploymentPage({ ...view, nonce }))
    return true
  }
}
