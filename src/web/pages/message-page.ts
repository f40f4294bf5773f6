import { page, type Tone } from './frame.ts'
import { type Html, html, type Part } from './html.ts'

/** A page that says one thing, and where to go from there. */
export interface Message {
  tone: Tone
  badge: string
  title: string
  /** Sentences, each a paragraph. */
  said: readonly Part[]
  /** The one way on. */
  on?: { words: string; to: string }
}

export const messagePage = ({ tone, badge, title, said, on }: Message, nonce: string): string =>
  page({ nonce, title, tone, live: false }, [
    html`<section class="outcome ${tone}"><p><span class="badge">${badge}</span></p><h1>${title}</h1>${said.map((one) => html`<p>${one}</p>`)}</section>`,
    on && bigLink(on.words, on.to),
  ])

/** A link as large as a thumb. */
export const bigLink = (words: string, to: string): Html => html`<p class="reach"><a class="big" href="${to}">${words}</a></p>`
