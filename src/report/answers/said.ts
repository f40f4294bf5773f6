import { paragraphs } from '../answer.ts'
import { code, link, plain } from '../markdown.ts'
import { oneLine, within } from '../text.ts'

/** What is answered to a command: words not escaped yet, whoever wrote them. */
export interface Said {
  icon: string
  headline: string
  /** Without their full stops. */
  sentences: readonly string[]
  /** The small print; a commit is a link. */
  facts?: readonly (string | { text: string; url: string } | undefined)[]
}

/**
 * The answer to a command that leads to no deployment of its own. Markdown; it mentions nobody. `intent` marks it, so that it is
 * edited and not repeated.
 */
export function saidAnswer(intent: string, { icon, headline, sentences, facts = [] }: Said): string {
  const small = facts.filter((fact) => fact !== undefined).map(factText)
  return paragraphs(`answer:${intent}`, [
    `${icon} **${words(headline, 500)}**`,
    ...sentences.map((text) => `${words(text.trimEnd().replace(/\.$/, ''), 2500)}.`),
    ...(small.length > 0 ? [`<sub>${small.join(' · ')}</sub>`] : []),
  ])
}

const factText = (fact: string | { text: string; url: string }): string =>
  typeof fact === 'string' ? words(fact, 300) : link(code(fact.text), fact.url)

/** Foreign words on one line, escaped; at most so many characters of Markdown, however many of them had to be escaped. */
export const words = (text: string, limit: number): string => within(oneLine(text), limit, plain)
