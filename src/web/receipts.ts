import type { Ports } from '../flow/ports.ts'
import { receiptNamespace, receiptStatement } from '../host/bundle.ts'
import { sendNotFound } from './answers.ts'
import type { Route } from './server.ts'

const address = /^\/deployments\/([0-9a-f-]{36})\/receipt(\.sig)?$/

/**
 * The receipt of a deployment as it was signed, and the signature: `ssh-keygen -Y verify` proves one by the other, without Landfall. What
 * opens them is what opens the deployment's page, which shows the same.
 */
export function receiptRoute({ store, signer }: Pick<Ports, 'store' | 'signer'>): Route {
  return async (request, response, url) => {
    const [, id, signature] = address.exec(url.pathname) ?? []
    if (id === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    const receipt = await store.receipts.of(id)
    if (!receipt) {
      sendNotFound(response)
      return true
    }
    const statement = receiptStatement(receipt, receipt)
    const name = `receipt-${receipt.environment}-${receipt.generation}${signature ?? ''}`
    response
      .writeHead(200, {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      .end(signature === undefined ? statement : signer.sign(statement, receiptNamespace))
    return true
  }
}
