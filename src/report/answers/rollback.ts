import { headlineOf, progressOf } from '../wording.ts'
import { saidAnswer } from './said.ts'
import { environmentText, type Subject, subjectFacts } from './subject.ts'

/** The answer to `/rollback` while another one is on its way: two people who see the same outage mean one step back, not two. */
export const rollbackUnderWay = (intent: string, subject: Subject): string =>
  saidAnswer(intent, {
    icon: '↩️',
    headline: headlineOf(subject.deployment),
    sentences: [
      progressOf(subject.deployment),
      `${subject.deployment.actor} asked for it before, so nothing more is done. To go further back afterwards, write /rollback ${environmentText(subject)} again, or name a release`,
    ],
    facts: subjectFacts(subject),
  })
