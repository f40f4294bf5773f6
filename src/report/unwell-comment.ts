import type { Deployment, TimelineEntry } from '../domain/deployment.ts'
import { remedyOf, sentenceOf } from '../domain/reason.ts'
import { paragraphs } from './answer.ts'
import type { Links } from './links.ts'
import { logBlock } from './log-text.ts'
import { link, plain, sentence } from './markdown.ts'
import { contractBecause, headlineOf, unwellBecause } from './wording.ts'

/** Of the last words of its containers, in bytes; the log has more. */
const evidenceRoom = 12_000

/**
 * What a pull request is told when what it brought did not stay well, or cannot be taken back: what was seen, the evidence, and what happens next. A comment of
 * its own, since an edited one tells nobody. Markdown; undefined where all is well.
 */
export function unwellComment(deployment: Deployment, timeline: readonly TimelineEntry[], links: Links): string | undefined {
  const why = unwellBecause(deployment) ?? contractBecause(deployment)
  if (!why) return undefined
  const words = timeline.filter(({ step }) => step === 'logs' || step === 'before')
  const evidence = logBlock(words, deployment.createdAt, evidenceRoom)
  return paragraphs(`unwell:${deployment.id}`, [
    `🚨 **${plain(headlineOf(deployment))}**`,
    sentence(sentenceOf(why), 1500),
    sentence(remedyOf(why), 1500),
    ...(evidence === undefined ? [] : [`<details><summary>What it said last</summary>\n\n${evidence}\n\n</details>`]),
    ...(links.log === undefined ? [] : [link('log', links.log)]),
  ])
}
