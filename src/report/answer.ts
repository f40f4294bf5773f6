import { type Deployment, isTerminal } from '../domain/deployment.ts'
import type { Links } from './links.ts'
import { marker, plain, sentence } from './markdown.ts'
import { type Reverted, revertedText } from './revert.ts'
import { smallPrint } from './small-print.ts'
import { tell } from './telling.ts'

/**
 * The one answer to a command such as `/rollback`, edited while the deployment goes on. Markdown. It mentions nobody:
 * whoever wrote the command is told by GitHub anyway, and an edit must not ring again.
 */
export function commandAnswer(deployment: Deployment, links: Links, reverted?: Reverted): string {
  const told = tell(deployment, links)
  const advice = isTerminal(deployment.state) && told.remedy ? [sentence(told.remedy, 1500)] : []
  const git = reverted && revertedText(reverted, deployment.repository, links.github)
  return paragraphs(`answer:${deployment.id}`, [
    `${told.icon} **${plain(told.headline)}**`,
    sentence(told.detail, 1500),
    ...advice,
    ...(git === undefined ? [] : [git]),
    smallPrint(told),
  ])
}

/** The answer to a command that was refused before a deployment came of it. `intent` marks it for a later edit. */
export function refusalAnswer(intent: string, messages: readonly string[]): string {
  const [only, ...others] = messages
  const said =
    others.length === 0
      ? sentence(only ?? 'The command was refused', 1500)
      : messages.map((message) => `- ${sentence(message, 1500)}`).join('\n')
  return paragraphs(`answer:${intent}`, ['⛔ **Refused**', said])
}

/** Parts with a blank line between, marked so that Landfall finds its comment again. */
export const paragraphs = (name: string, parts: readonly string[]): string => `${marker(name)}\n${parts.join('\n\n')}\n`
