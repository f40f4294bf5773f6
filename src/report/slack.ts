import { factsOf, type Telling } from './telling.ts'
import { cut, unticked, within } from './text.ts'

/** Slack's own rule: these three, and nothing else, in every text. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Bold and code must not be ended from inside. */
const bold = (text: string): string => `*${escaped(text.replaceAll('*', '∗'))}*`
const anchor = (text: string, url: string): string => `<${escaped(url).replaceAll('|', '%7C')}|${escaped(text.replaceAll('|', '¦'))}>`

/** `verbatim`: Slack links and mentions only what this file marks up. */
const markup = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })
const section = (text: string) => ({ type: 'section', text: markup(text) })

/**
 * A Slack incoming webhook's body: Block Kit, at most 3000 characters a text (Slack refuses the whole message beyond
 * that). `loud` calls everybody in the channel.
 */
export function slackMessage(told: Telling, loud: boolean): unknown {
  const headline = `${told.icon} ${bold(cut(told.headline, 300))}`
  const subject = told.subject ? `\n${within(told.subject, 600, escaped)}` : ''
  const outcome = [told.detail, told.remedy].filter((text) => text !== undefined).map((text) => within(`${unticked(text)}.`, 1200, escaped))
  return {
    text: `${loud ? '<!channel> ' : ''}${told.icon} ${within(`${told.project}: ${told.headline}`, 300, escaped)}`,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      section(`${loud ? '<!channel> ' : ''}${headline}${subject}`),
      section(outcome.join('\n')),
      ...(told.act ? [section(`*${anchor(told.act.text, told.act.url)}*`)] : []),
      { type: 'context', elements: [markup(factsOf(told, anchor, escaped).join('  ·  '))] },
    ],
  }
}
