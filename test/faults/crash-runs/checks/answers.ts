import type { Word } from '../acts.ts'
import { answersTo, type Evidence, placesOf } from '../evidence.ts'
import { nameOf, type StoredDeployment } from '../stored.ts'
import type { Violation } from './violation.ts'

/** Everybody who asked for something is answered once, and chat is told of what concerns everybody. */
export function checkAnswers(evidence: Evidence): Violation[] {
  return [...answers(evidence), ...chat(evidence), ...strange(evidence)].map((what) => ({ invariant: 1, what }))
}

const endings: Record<StoredDeployment['kind'], Record<string, RegExp>> = {
  rollback: {
    succeeded: /went back to/,
    failed: /did not go back to/,
    'rolled-back': /could not go back to/,
    rejected: /was refused/,
    halted: /is halted/,
    superseded: /was overtaken/,
    cancelled: /was cancelled/,
  },
  deploy: {
    succeeded: /went live on/,
    failed: /was not deployed|did not/,
    'rolled-back': /rolled back|went back|returned/,
    rejected: /was refused/,
    halted: /is halted/,
    superseded: /was overtaken/,
    cancelled: /was cancelled/,
  },
}

/** What an answer speaks of that leads to no deployment of its own. */
const speaksOf: Record<Word, RegExp> = {
  approve: /approv|on its way|not known yet/,
  reject: /reject|approv|on its way|not known yet/,
  promote: /approv|on its way|not known yet|verified/,
  cancel: /cancel/,
  lock: /locked/,
  'lock all': /locked/,
  unlock: /lock/,
  rollback: /being rolled back by/,
  deploy: /deploy/,
  older: /deploy/,
  'older again': /deploy/,
}

/** One answer that fits and one reaction for each command, and no other comment. */
function answers(evidence: Evidence): string[] {
  const { database, github, history } = evidence
  const found: string[] = []
  for (const command of history.commands) {
    const name = `command ${command.comment} (${command.body})`
    const intent = database.intents.find((one) => one.comment?.id === command.comment)
    const deployment = database.deployments.find((one) => one.intent === intent?.id)
    const answered = answersTo(command, evidence)
    if (answered.length !== 1) found.push(`${name} has ${answered.length} answers`)
    const refused = intent?.outcome?.kind === 'command-refused'
    const wanted = deployment ? endings[deployment.kind][deployment.state] : refused ? /Refused/ : speaksOf[command.word]
    if (answered.some(({ body }) => !wanted?.test(body)))
      found.push(`${name} is answered "${answered[0]?.body}", and is ${deployment?.state ?? intent?.outcome?.kind}`)
    const reactions = github.comments.find(({ id }) => id === command.comment)?.reactions ?? []
    const seen = reactions.filter(({ author }) => author.login === github.bot).map(({ content }) => content)
    if (seen.join() !== (refused ? '-1' : 'eyes')) found.push(`${name} has the reactions "${seen.join(', ')}"`)
  }
  // The one on a pull request asks for approval, and says what merging it did.
  const own = github.comments.filter(({ author, body }) => author.login === github.bot && !body.includes('landfall:plan'))
  if (own.length !== history.commands.length)
    found.push(`there are ${own.length} comments of Landfall's for ${history.commands.length} commands`)
  return found
}

const worthTelling = new Set(['succeeded', 'failed', 'rolled-back', 'halted', 'rejected'])

/** Chat takes the same twice and can take nothing back: what must not happen is silence. */
function chat({ database, chat: messages }: Evidence): string[] {
  return database.deployments
    .filter((one) => worthTelling.has(one.state) && !isConsequence(one) && !messages.some((body) => body.includes(one.id)))
    .map((one) => `no chat message tells of ${nameOf(one)}`)
}

/** Whoever gave a command is answered; and what went wrong before was told then. */
const isConsequence = ({ kind, state, asked, reason }: StoredDeployment): boolean =>
  state === 'rejected' && (kind === 'rollback' || asked !== null || /"code":"(promotion-)?quarantined"/.test(reason ?? ''))

/** Nothing is said about environments that there are not. */
const strange = ({ github, hosts }: Evidence): string[] =>
  github.statuses
    .filter(({ context }) => !placesOf({ hosts }).some((place) => context === `landfall/${place}`) && context !== 'build')
    .map(({ context, description }) => `a status ${context} says "${description}"`)
