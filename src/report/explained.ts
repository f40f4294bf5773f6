import { problemLines, type Reason, remedyOf, sentenceOf } from '../domain/reason.ts'
import { sentence } from './markdown.ts'
import type { Section } from './sections.ts'

/** What is the matter, and who or what mends it. Markdown, on one line. */
export const explained = (reason: Reason): string =>
  `${sentence(reason.evidence.problems === undefined ? sentenceOf(reason) : titleOf(reason), 1500)} ${sentence(remedyOf(reason), 1500)}`

/** The same with the problems listed, where the reason is made of several. */
export const explainedSection = (reason: Reason): Section =>
  reason.evidence.problems === undefined
    ? { head: explained(reason) }
    : { head: `${explained(reason)}\n`, rows: problemLines(reason).map((line) => `- ${sentence(line, 1500)}`) }

/** The sentence without the problems that are listed below it. */
const titleOf = (reason: Reason): string => (sentenceOf(reason).split('\n', 1)[0] ?? '').replace(/:$/, '')
