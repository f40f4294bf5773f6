import { askedAbout } from '../domain/deployment.ts'
import { askMessage } from '../report/chat.ts'
import { linksOf } from './links-of.ts'
import type { Ports, Report } from './ports.ts'

/**
 * Asks in a chat channel for approval of what a deployment (by its id) shows: once for each proposal, however often it looks whether
 * anybody has agreed. Resolves to the proposal that was asked about.
 */
export async function publishAsk(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const deployment = await ports.store.deployments.read(id)
  const message = deployment && askMessage(deployment, linksOf(deployment, ports))
  const shown = deployment && askedAbout(deployment)?.content
  if (message && shown !== report.memory) await ports.chat.send(report.surface, message, undefined)
  return message ? shown : report.memory
}
