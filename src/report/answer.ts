import { type Deployment, isTerminal } from '../domain/deployment.ts'
import { waitsForApproval } from './held-by.ts'
import type { Links } from './links.ts'
import { code, link, marker, plain, sentence } from './markdown.ts'
import { type Reverted, revertedText } from './revert.ts'
import { smallPrint } from './small-print.ts'
import { tell } from './telling.ts'
import { cut } from './text.ts'

/**
 * What is answered to a command such as `/rollback`, edited while the deployment goes on. Markdown. It mentions nobody:
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

/** What is answered to one command. */
export interface AnswerPart {
  /** As somebody wrote it, more or less. */
  command: string
  /** As the functions here and in `answers/` make it. */
  said: string
}

/** GitHub refuses comments over 65,536 characters; the rest is for titles. */
const commentRoom = 62_000

/** What is kept for each of the parts that are still to come. */
const leastRoom = 1500

/**
 * The one answer to a comment: a part for each of its commands, in their order, titled where there are several. It is marked by the comment
 * it answers, so that Landfall finds it again.
 */
export function commentAnswer(comment: number, parts: readonly AnswerPart[]): string {
  const head = `${marker(`comment:${comment}`)}\n`
  const [only, ...others] = parts
  if (only && others.length === 0) return `${head}${only.said}`
  let left = commentRoom
  const texts = parts.map(({ command, said }, index) => {
    const fits = said.length <= left - leastRoom * (parts.length - index - 1)
    const shown = fits ? said : `There is no room here for what is answered to it. Write ${code(cut(command, 200))} by itself.\n`
    left -= shown.length
    return `**${code(cut(command, 200))}**\n\n${shown}`
  })
  return `${head}${texts.join('\n---\n\n')}`
}

/**
 * What an answer about a deployment of somebody else's wish goes on to say: how it stands, and in the end what became of it. Nothing while
 * people have still to agree, which the answer says itself. Markdown.
 */
export function sinceThen(deployment: Deployment, links: Links): string {
  if (waitsForApproval(deployment)) return ''
  const { icon, headline, detail, remedy, log } = tell(deployment, links)
  const advice = isTerminal(deployment.state) && remedy ? ` ${sentence(remedy, 1500)}` : ''
  return `\n${icon} **${plain(headline)}**: ${sentence(detail, 1500)}${advice}${log === undefined ? '' : ` ${link('log', log)}`}\n`
}

/** Parts with a blank line between, marked so that Landfall finds its comment again. */
export const paragraphs = (name: string, parts: readonly string[]): string => `${marker(name)}\n${parts.join('\n\n')}\n`
