import type { TimelineEntry } from '../domain/deployment.ts'
import type { Instant } from '../domain/repository.ts'
import { codeBlock } from './markdown.ts'
import { bytesOf, cut, firstFitting, lines, oneLine } from './text.ts'
import { afterText } from './time.ts'

/** Of one line. What is longer is a dump of something and not read here. */
const longestLine = 1000

/** Backticks in the log make the fence around it longer, at either end. */
const fences = 2 * (longestLine + 10)

/**
 * A deployment's record as a block of code. Where not all of it has room in so many bytes the newest lines stay: whoever looks wants to
 * know how far it is, or how it ended. Undefined where there is none yet.
 */
export function logBlock(timeline: readonly TimelineEntry[], since: Instant, room: number): string | undefined {
  const all = timeline.flatMap((entry) => entryLines(entry, since)).map((line) => cut(line, longestLine))
  if (all.length === 0) return undefined
  const newest = firstFitting(all.toReversed(), room - fences, bytesOf).toReversed()
  const earlier = all.length - newest.length
  return codeBlock([...(earlier > 0 ? [`… ${earlier} earlier lines are left out`] : []), ...newest].join('\n'))
}

/** `+3.4 s     pull     web-1: images are there`, and below it what else was said. */
function entryLines({ at, step, host, text }: TimelineEntry, since: Instant): string[] {
  const [title = '', ...rest] = lines(text.trimEnd())
  const head = `${afterText(at, since).padEnd(10)} ${oneLine(step).padEnd(8)} ${host === undefined ? '' : `${oneLine(host)}: `}`
  return [`${head}${title}`, ...rest.map((line) => `    ${line}`)]
}
