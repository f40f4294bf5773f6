import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { commandRules } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { reaches } from '../domain/role.ts'
import { type Person, whyMayNotApprove } from '../flow/may-approve.ts'
import type { Ports } from '../flow/ports.ts'
import { raiseCommand } from '../flow/raise.ts'
import { standingOf } from '../flow/standing.ts'
import { grantFor } from '../policy/hosts.ts'
import { showActed } from './acted.ts'
import { redirect, sendNotFound, sendPage } from './answers.ts'
import { askFor, askLifetime, askSealer, commandOf } from './asks.ts'
import { readForm } from './forms.ts'
import { actPage } from './pages/act-page.ts'
import { doorPage } from './pages/door-page.ts'
import { type Message, messagePage } from './pages/message-page.ts'
import { type Route, send } from './server.ts'
import type { Sessions } from './sessions.ts'
import { signInAddress } from './sign-in.ts'
import { visitorOf } from './visitor.ts'

const address = /^\/deployments\/([0-9a-f-]{36})\/act(?:\/([0-9a-f-]{36}))?$/

const pathOf = ({ id }: Pick<Deployment, 'id'>): string => `/deployments/${id}/act`

/** Without sessions nobody can sign in, and the pages say so. */
export type Acting = Ports & { sessions?: Sessions }

/**
 * The page to act on a deployment from, where chat messages lead: asking for it changes nothing, however often a chat's servers look at
 * the link. Only a form of its own does, sent by somebody who signed in; what comes of it has an address of its own.
 */
export function actRoute(ports: Acting): Route {
  return async (request, response, url) => {
    const [, id, wish] = address.exec(url.pathname) ?? []
    const reading = request.method === 'GET' || request.method === 'HEAD'
    if (id === undefined || !(reading || (request.method === 'POST' && wish === undefined))) return false
    const deployment = await ports.store.deployments.read(id)
    if (!deployment || !grantFor(ports.operator.current(), fullName(deployment.repository))) sendNotFound(response)
    else if (wish !== undefined) await showActed(request, response, { deployment, wish }, ports)
    else if (reading) await show(request, response, deployment, ports)
    else await press(request, response, deployment, ports)
    return true
  }
}

async function show(request: IncomingMessage, response: ServerResponse, deployment: Deployment, ports: Acting): Promise<void> {
  const now = ports.clock.now().toISOString()
  const visitor = await visitorOf(request, deployment, ports.sessions, ports)
  if (visitor.kind !== 'member') {
    const signIn = signInAddress(pathOf(deployment))
    return sendPage(response, doorStatus[visitor.kind], (nonce) => doorPage({ deployment, visitor, signIn, now, nonce }))
  }
  const standing = await standingOf(deployment, ports)
  const { seal } = askSealer(ports)
  const { session, role } = visitor
  const objection = standing.offers.includes('approve') ? await objectionOf(deployment, { person: session.person, role }, ports) : undefined
  const buttons = standing.offers
    .filter((kind) => reaches(role, commandRules[kind].role) && !(kind === 'approve' && objection))
    .map((kind) => ({ kind, ask: seal(askFor(kind, deployment, standing, { wish: randomUUID(), session: session.id }), askLifetime) }))
  const view = { deployment, standing, person: session.person, buttons, now, ...(objection && { objection }) }
  sendPage(response, 200, (nonce) => actPage({ ...view, nonce }), { forms: true })
}

/** Where GitHub does not say who they are or whose change it is, the button stays: who presses it is asked about anew. */
async function objectionOf(deployment: Deployment, person: Person, ports: Ports): Promise<Reason | undefined> {
  try {
    return await whyMayNotApprove(deployment, person, ports)
  } catch (error) {
    ports.log.info('who may approve is not known', { deployment: deployment.id, person: person.person, error })
    return undefined
  }
}

const doorStatus = { 'no-sign-in': 200, 'not-signed-in': 200, stranger: 403, unanswered: 503 } as const

async function press(request: IncomingMessage, response: ServerResponse, deployment: Deployment, ports: Acting): Promise<void> {
  const form = await readForm(request, response, ports.addresses.landfall)
  if (form.kind === 'broken-off') return
  if (form.kind === 'refused') return send(response, form.status, `${form.why}\n`)
  const say = (status: number, message: Message) => sendPage(response, status, (nonce) => messagePage(message, nonce))
  const session = ports.sessions?.of(request)
  if (!session) return say(401, signedOut(deployment))
  const ask = askSealer(ports).open(form.fields.get('ask') ?? '')
  if (ask?.session !== session.id || ask.deployment !== deployment.id)
    return say(403, lookAgain(deployment, 'This page is older than your sign-in'))
  const { repository, environment } = deployment
  const [newest] = await ports.store.deployments.ofEnvironment(fullName(repository), environment, 1)
  // Pressed again, it may itself be what has changed.
  if (newest?.id !== ask.newest && !(await ports.store.intents.read(ask.wish)))
    return say(409, lookAgain(deployment, `Something happened on ${environment} since you opened this page`))
  const key = ['page', fullName(repository), ask.wish].join(' ')
  const shown = ask.shown === undefined ? {} : { shown: ask.shown }
  const given = {
    id: ask.wish,
    deployment,
    command: commandOf(ask, form.fields.get('reason') ?? ''),
    actor: session.person,
    key,
    delivery: ask.wish,
    ...shown,
  }
  await raiseCommand(given, ports)
  redirect(response, `${pathOf(deployment)}/${ask.wish}`)
}

const signedOut = (deployment: Deployment): Message => ({
  tone: 'warn',
  badge: 'Nothing was done',
  title: 'You are not signed in any more',
  said: ['Sign in again, look at how it stands now, and press again.'],
  on: { words: 'Sign in with GitHub', to: signInAddress(pathOf(deployment)) },
})

const lookAgain = (deployment: Deployment, title: string): Message => ({
  tone: 'warn',
  badge: 'Nothing was done',
  title,
  said: ['Look at how it stands now before you press.'],
  on: { words: 'Look again', to: pathOf(deployment) },
})
