import { isTerminal } from '../../domain/deployment.ts'
import { type Sha, shortSha } from '../../domain/repository.ts'
import { headlineOf, progressOf } from '../wording.ts'
import { saidAnswer } from './said.ts'
import { environmentText, type Subject, subjectFacts } from './subject.ts'

/** From where to where it goes; each absent while nobody knows. */
interface Way {
  from?: Sha
  to?: Sha
}

/** The answer to `/rollback` while another one is on its way: two people who see the same outage mean one step back, not two. */
export const rollbackUnderWay = (intent: string, subject: Subject & Way): string =>
  saidAnswer(intent, {
    icon: '↩️',
    headline: headlineOf(subject.deployment),
    sentences: [
      progressOf(subject.deployment),
      `${environmentText(subject)} ${wasRolledBack(subject)} by ${subject.deployment.actor}${wayText(subject)}, so nothing more is done. To go further back afterwards, write /rollback ${environmentText(subject)} again, or name a release`,
    ],
    facts: subjectFacts(subject),
  })

const wasRolledBack = ({ deployment }: Subject): string =>
  isTerminal(deployment.state) ? 'was being rolled back' : 'is already being rolled back'

const wayText = ({ from, to }: Way): string =>
  `${from === undefined ? '' : `, from ${shortSha(from)}`}${to === undefined ? '' : ` to ${shortSha(to)}`}`
