import type { Evidence } from '../evidence.ts'
import type { StoredDeployment } from '../stored.ts'
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

/** One answer and one reaction for each command, and no other comment. */
function answers({ database, github, history }: Evidence): string[] {
  const found: string[] = []
  const own = github.comments.filter(({ author }) => author.login === github.bot)
  for (const { comment, body: said } of history.commands) {
    const name = `command ${comment} (${said})`
    const intent = database.intents.find((one) => one.comment?.id === comment)
    const deployment = database.deployments.find((one) => one.intent === intent?.id)
    const marks = [intent?.id, deployment?.id].filter((id) => id !== undefined)
    const answered = own.filter(({ body }) => marks.some((id) => body.includes(`answer:${id}`)))
    if (answered.length !== 1) found.push(`${name} has ${answered.length} answers`)
    const refused = intent?.outcome?.kind === 'command-refused'
    const wanted = deployment ? endings[deployment.kind][deployment.state] : refused ? /Refused/ : /./
    if (answered.some(({ body }) => !wanted?.test(body)))
      found.push(`${name} is answered "${answered[0]?.body}", and is ${deployment?.state ?? intent?.outcome?.kind}`)
    const reactions = github.comments.find(({ id }) => id === comment)?.reactions.filter(({ author }) => author.login === github.bot) ?? []
    const seen = reactions.map(({ content }) => content).join(', ')
    if (seen !== (refused ? '-1' : 'eyes')) found.push(`${name} has the reactions "${seen}"`)
  }
  if (own.length !== history.commands.length)
    found.push(`there are ${own.length} comments of Landfall's for ${history.commands.length} commands`)
  return found
}

const worthTelling = new Set(['succeeded', 'failed', 'rolled-back', 'halted', 'rejected'])

/** Chat takes the same twice and can take nothing back: what must not happen is silence. */
function chat({ database, chat: messages }: Evidence): string[] {
  return database.deployments
    .filter(({ id, state }) => worthTelling.has(state) && !messages.some((body) => body.includes(id)))
    .map((one) => `no chat message tells of ${one.kind} ${one.revision?.slice(0, 7)} (${one.id}, ${one.state})`)
}

/** Nothing is said about environments that there are not. */
const strange = ({ github, hosts }: Evidence): string[] =>
  github.statuses
    .filter(({ context }) => ![...hosts.keys()].some((place) => context === `landfall/${place}`) && context !== 'build')
    .map(({ context, description }) => `a status ${context} says "${description}"`)
