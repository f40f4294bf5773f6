import { z } from 'zod'
import type { RequestRecord } from './server.ts'

/** What was spent of GitHub's limits. */
export interface Spending {
  /** Requests that change something, log edits and tokens left out. */
  writes: number
  /** Changes of a check run that goes on: as many as it takes long. */
  logEdits: number
  /** Answers that were not the ones known already. */
  reads: number
}

const checkChange = z.object({ status: z.string().optional() })

export function spendingOf(requests: readonly RequestRecord[]): Spending {
  const asked = requests.filter(({ operation }) => !operation.endsWith('/access_tokens'))
  const reads = asked.filter(isRead)
  const changes = asked.filter((request) => !isRead(request))
  const logEdits = changes.filter(isLogEdit)
  return { writes: changes.length - logEdits.length, logEdits: logEdits.length, reads: reads.filter(({ status }) => status !== 304).length }
}

const isRead = ({ method, operation, body }: RequestRecord): boolean =>
  method === 'GET' || (operation.endsWith('/graphql') && !body.includes('mutation'))

const isLogEdit = ({ method, path, body }: RequestRecord): boolean =>
  method === 'PATCH' && path.includes('/check-runs/') && checkChange.parse(JSON.parse(body)).status === 'in_progress'
