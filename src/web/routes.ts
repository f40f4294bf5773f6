import type { Ports } from '../flow/ports.ts'
import { type Acting, actRoute } from './act.ts'
import { bodyReader } from './body.ts'
import { deploymentRoute } from './deployments.ts'
import { healthRoutes } from './health.ts'
import { receiptRoute } from './receipts.ts'
import type { Route } from './server.ts'
import { sessions } from './sessions.ts'
import { type SignIn, signInRoute } from './sign-in.ts'
import { type Receive, webhookRoute } from './webhooks.ts'

export interface WebParts {
  ports: Ports
  webhooks: { path: string; receive: Receive }
  /** Absent where nobody can sign in. */
  signIn?: SignIn
  isStopping(): boolean
}

/** Every address that a serving Landfall answers, in one list: what is not in it is not there. */
export function webRoutes({ ports, webhooks, signIn, isStopping }: WebParts): Route[] {
  const { store, queue, log } = ports
  const known = signIn && sessions(ports)
  const acting: Acting = { ...ports, ...(known && { sessions: known }) }
  return [
    webhookRoute(webhooks.path, webhooks.receive, bodyReader(), log),
    healthRoutes({ database: () => store.ping(), queue: () => queue.ping() }, isStopping),
    deploymentRoute(ports),
    receiptRoute(ports),
    actRoute(acting),
    ...(signIn && known ? [signInRoute(signIn, known, ports)] : []),
  ]
}
