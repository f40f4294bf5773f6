import { code, link, plain } from './markdown.ts'
import type { Telling } from './telling.ts'
import { cut } from './text.ts'

/** What a deployment is of, who asked for it and where to read on: one small line of Markdown. */
export const smallPrint = (told: Telling, ...more: readonly string[]): string => {
  const facts = [
    told.commit && link(code(told.commit.text), told.commit.url),
    told.tag && code(cut(told.tag, 100)),
    told.subject && plain(cut(told.subject, 200)),
    told.actor && plain(told.actor),
    ...more,
    told.site && link('open', told.site),
    told.log && link('log', told.log),
  ]
  return `<sub>${facts.filter((fact) => fact !== undefined && fact !== '').join(' · ')}</sub>`
}
