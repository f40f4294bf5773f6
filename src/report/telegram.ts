import { factsOf, type Telling } from './telling.ts'
import { unticked, within } from './text.ts'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const bold = (text: string, limit: number): string => `<b>${within(text, limit, escaped)}</b>`
const anchor = (text: string, url: string): string => `<a href="${escaped(url)}">${escaped(text)}</a>`

/** A message in Telegram's HTML. Each part has its share of the 4096 characters, so no tag is ever cut. */
export function telegramMessage(told: Telling): string {
  const parts = [
    `${told.icon} ${bold(told.headline, 300)}`,
    told.subject && `<i>${within(told.subject, 400, escaped)}</i>`,
    within(`${unticked(told.detail)}.`, 900, escaped),
    told.remedy && within(`${unticked(told.remedy)}.`, 600, escaped),
    told.act && `<b>${anchor(told.act.text, told.act.url)}</b>`,
    factsOf(told, anchor, escaped).join(' · '),
  ]
  return parts.filter((part) => part !== undefined && part !== '').join('\n')
}
