import type { Deployment } from '../domain/deployment.ts'
import type { Links } from './links.ts'
import type { ChatMessage } from './published.ts'
import { slackMessage } from './slack.ts'
import { telegramMessage } from './telegram.ts'
import { type Telling, tell, tellAsk } from './telling.ts'
import { cut, unticked } from './text.ts'
import { unwellBecause } from './wording.ts'

/**
 * A channel hears of a deployment once: when its outcome is known, and before where people have to agree. Starts, other waiting, refused
 * commands and mere consequences stay silent, or the message that matters drowns. Undefined means silence.
 */
export function chatMessage(deployment: Deployment, links: Links): ChatMessage | undefined {
  if (!isWorthTelling(deployment)) return undefined
  const told = tell(deployment, links)
  return { ...messageOf(told, isAlarm(deployment)), ...(unwellBecause(deployment) && { anew: true as const }) }
}

/** The message that asks people to agree; undefined where nothing is shown that they could agree to. */
export function askMessage(deployment: Deployment, links: Links): ChatMessage | undefined {
  const told = tellAsk(deployment, links)
  return told && messageOf(told, false)
}

/** The same for every medium. `loud` calls everybody in the channel. */
export const messageOf = (told: Telling, loud: boolean): ChatMessage => ({
  slack: slackMessage(told, loud),
  telegram: telegramMessage(told),
  fallback: cut(unticked(`${told.icon} ${told.project}: ${told.headline}. ${told.detail}.`), 1000),
})

/** Whether a channel is told of the deployment as it is. */
export function isWorthTelling(deployment: Pick<Deployment, 'state' | 'reason' | 'comment'>): boolean {
  const { state } = deployment
  if (state === 'rejected') return !isAnswered(deployment) && !isConsequence(deployment)
  return state === 'succeeded' || state === 'failed' || state === 'rolled-back' || state === 'halted'
}

/** Who asked for it by a command is told why it is refused in the answer; it is nobody else's concern. That people disagree is. */
const isAnswered = ({ comment, reason }: Pick<Deployment, 'reason' | 'comment'>): boolean =>
  comment !== undefined && reason?.code !== 'rejected-by'

/** What went wrong before was told when it did: in the environment before this one, or on the hosts of this one. */
const isConsequence = ({ reason }: Pick<Deployment, 'reason'>): boolean =>
  reason?.code === 'promotion-quarantined' || reason?.code === 'quarantined'

/** Something that worked may not work any more. A first release that fails takes nothing away from anybody. */
const isAlarm = (deployment: Deployment): boolean =>
  unwellBecause(deployment) !== undefined || (deployment.state === 'halted' && deployment.reason?.code !== 'first-release-failed')
