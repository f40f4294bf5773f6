import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Ports } from '../flow/ports.ts'
import { deploymentPage } from './pages/deployment-page.ts'
import { pageHeaders } from './pages/frame.ts'
import { notFoundPage, type PlainPage } from './pages/plain.ts'
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
    if (!deployment) return plain(response, notFoundPage())
    const [timeline, receipt] = await Promise.all([ports.store.timeline.read(id), ports.store.receipts.of(id)])
    const nonce = randomBytes(16).toString('base64')
    const links = { github: ports.addresses.github, log: `${ports.addresses.landfall}/deployments/${id}` }
    const page = deploymentPage({ deployment, timeline, links, nonce, ...(receipt && { receipt }) })
    response.writeHead(200, pageHeaders(nonce)).end(page)
    return true
  }
}

function plain(response: ServerResponse, { status, type, body }: PlainPage): true {
  response.writeHead(status, { 'content-type': type }).end(body)
  return true
}
