import type { Deployment } from '../domain/deployment.ts'
import type { Links } from './links.ts'
import type { ChatMessage } from './published.ts'
import { slackMessage } from './slack.ts'
import { telegramMessage } from './telegram.ts'
import { tell } from './telling.ts'
import { cut } from './text.ts'
import { unwellBecause } from './wording.ts'

/**
 * A channel hears of a deployment once: when its outcome is known. Starts, waiting and changes overtaken by newer ones
 * stay silent, or the message that matters drowns. Undefined means silence.
 */
export function chatMessage(deployment: Deployment, links: Links): ChatMessage | undefined {
  if (!isWorthTelling(deployment)) return undefined
  const told = tell(deployment, links)
  return {
    slack: slackMessage(told, isAlarm(deployment)),
    telegram: telegramMessage(told),
    ...(unwellBecause(deployment) && { anew: true as const }),
    fallback: cut(`${told.icon} ${told.project}: ${told.headline}. ${told.detail}.`, 1000),
  }
}

/** Whether a channel is told of the deployment in this state. */
export const isWorthTelling = ({ state }: Pick<Deployment, 'state'>): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'rolled-back' || state === 'halted' || state === 'rejected'

/** Something that worked may not work any more. A first release that fails takes nothing away from anybody. */
const isAlarm = (deployment: Deployment): boolean =>
  unwellBecause(deployment) !== undefined || (deployment.state === 'halted' && deployment.reason?.code !== 'first-release-failed')
