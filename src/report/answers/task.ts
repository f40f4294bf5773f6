import type { TaskEnd, TaskRun } from '../../domain/one-off.ts'
import { remedyOf, sentenceOf } from '../../domain/reason.ts'
import { paragraphs } from '../answer.ts'
import { codeBlock, plain, sentence } from '../markdown.ts'
import { bytesOf, firstFitting, lines } from '../text.ts'
import { durationText } from '../time.ts'
import { words } from './said.ts'

/** Of what it said, in bytes; the record of the release has more. */
const logRoom = 12_000

/** The answer to `/run`, edited when it has ended. Markdown; it mentions nobody. */
export function taskAnswer({ intent, task, environment, service, run, within, at, end }: TaskRun): string {
  const where = `${service}${at ? ` on ${at.host}` : ''}`
  const small = `<sub>${[plain(run.join(' ')), words(where, 300)].join(' · ')}</sub>`
  const say = (icon: string, headline: string, ...more: string[]) =>
    paragraphs(`answer:${intent}`, [`${icon} **${words(headline, 300)}**`, ...more, small])
  if (!end) return say('⏳', `${task} is to be run on ${environment}`, sentence(`It may take ${durationText(within)}`, 300))
  if (end.kind === 'failed')
    return say('❌', `${task} was not run on ${environment}`, sentence(sentenceOf(end.reason), 1500), sentence(remedyOf(end.reason), 1500))
  const text = firstFitting(lines(end.text.trimEnd()).toReversed(), logRoom, bytesOf).toReversed().join('\n')
  const said = text === '' ? [] : [codeBlock(text)]
  return end.code === 0
    ? say('✅', `${task} was run on ${environment}`, sentence(taskEndText(end), 300), ...said)
    : say('❌', `${task} failed on ${environment}`, sentence(taskEndText(end), 300), ...said)
}

/** `done after 3 s`, `exit code 1 after 3 s` */
export function taskEndText({ code, seconds }: Pick<TaskEnd & { kind: 'ended' }, 'code' | 'seconds'>): string {
  const how = code === undefined ? 'its time was up, and it was stopped' : code === 0 ? 'done' : `exit code ${code}`
  return `${how} after ${seconds} s`
}
