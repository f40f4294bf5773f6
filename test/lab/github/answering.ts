import type { Answer, Call, Need } from './call.ts'
import { mayUse, notFound, refused, suspended } from './call.ts'
import type { Deliveries } from './deliveries.ts'
import { answerGraphQL } from './graphql.ts'
import type { Event } from './payloads.ts'
import { appRoutes, clientRoutes, installationRoutes, personRoutes, repositoryRoutes } from './routes/all.ts'
import { download } from './routes/contents.ts'
import { answerSignIn } from './sign-in.ts'
import type { Caller, Tokens } from './tokens.ts'
import type { Validation, Violation } from './validation.ts'
import { findRepository, type World } from './world.ts'

/** A request as it came in, its body read. */
export interface Asked {
  method: string
  pathname: string
  query: URLSearchParams
  authorization: string | undefined
  userAgent: string | undefined
  accept: string
  /** Empty where none was sent. */
  text: string
}

export interface Answered {
  answer: Answer
  /** Template of the route: `GET /repos/{owner}/{repo}`; method and path where there is none. */
  operation: string
  /** Whose rate limit it counts on: `app`, `installation 7`, `nobody`. */
  account: string
}

export interface Parts {
  world: World
  validation: Validation
  tokens: Tokens
  deliveries: Deliveries
  /** Sends webhooks to those who want them. */
  announce(events: Event[]): void
  /** Gets what the request violates. */
  violated(violations: Violation[]): void
}

/** Every operation that the stand-in answers. */
export const operations = [appRoutes, clientRoutes, personRoutes, installationRoutes, repositoryRoutes].flatMap((routes) =>
  Object.keys(routes),
)

/** Answers one request as GitHub would: who asks, whether they may, whether it is well formed, and then what they asked for. */
export async function answerTo(asked: Asked, parts: Parts): Promise<Answered> {
  const { world, validation, tokens } = parts
  const archive = /^\/codeload\/([^/]+)\/([^/]+)\/legacy\.tar\.gz\/([0-9a-f]{40})$/.exec(asked.pathname)
  if (archive) {
    const [, owner = '', name = '', sha = ''] = archive
    const repo = findRepository(world, owner, name)
    const answer = repo ? await download(repo, sha, asked.query.get('token') ?? '', world.now()) : notFound()
    return { answer, operation: 'GET codeload', account: 'nobody' }
  }

  if (asked.method === 'POST' && asked.pathname === '/graphql') return graphql(asked, parts)
  const signIn = answerSignIn(asked, parts)
  if (signIn) return { answer: signIn, operation: `${asked.method} ${asked.pathname}`, account: 'nobody' }

  const match = validation.match(asked.method, asked.pathname)
  if (match.kind !== 'operation') {
    const operation = match.kind === 'not-built' ? match.operation : `${asked.method} ${asked.pathname}`
    const what = match.kind === 'not-built' ? 'GitHub has this, the stand-in has not yet' : 'GitHub has no such operation'
    parts.violated([{ operation, where: 'path', what }])
    return { answer: notFound(), operation, account: 'nobody' }
  }

  const body = parsed(asked.text)
  const violations: Violation[] = [
    ...(asked.userAgent ? [] : [{ operation: match.operation, where: 'headers', what: 'User-Agent is missing' }]),
    ...(body.kind === 'broken' ? [{ operation: match.operation, where: 'body', what: 'is not JSON' }] : []),
    ...validation.request(match.operation, match.path, asked.query, body.kind === 'json' ? body.value : undefined),
  ]
  parts.violated(violations)

  const caller = tokens.caller(asked.authorization)
  const { pathname, query, accept } = asked
  const call: Call = { world, pathname, path: match.path, query, accept, body: body.kind === 'json' ? body.value : undefined }
  const answer = await route(match.operation, call, caller, violations, parts)
  return { answer, operation: match.operation, account: accountOf(caller) }
}

async function route(operation: string, call: Call, caller: Caller, violations: Violation[], parts: Parts): Promise<Answer> {
  if (caller.kind === 'refused') return refused(caller.message === 'Integration not found' ? 404 : 401, caller.message)
  if (caller.kind === 'nobody') return refused(401, 'Requires authentication')

  const own = appRoutes[operation]
  if (own) {
    if (caller.kind !== 'app') return refused(401, 'A JSON web token could not be decoded')
    if (violations.length > 0) return unprocessable(violations)
    const redeliver = async (id: string) => void (await parts.deliveries.again({ id }))
    return own.answer({ ...call, tokens: parts.tokens, redeliver })
  }

  const personal = personRoutes[operation]
  if (personal) {
    if (caller.kind !== 'person') return refused(403, 'Resource not accessible by integration')
    return violations.length > 0 ? unprocessable(violations) : personal.answer({ ...call, person: caller.person })
  }
  const clients = clientRoutes[operation]
  if (clients) {
    if (caller.kind !== 'client') return notFound()
    return violations.length > 0 ? unprocessable(violations) : clients.answer(call)
  }

  if (caller.kind !== 'installation') return refused(401, 'Bad credentials')
  if (caller.token.installation.suspendedAt) return suspended()
  const general = installationRoutes[operation]
  if (general && !mayUse(caller, general.needs)) return refused(403, 'Resource not accessible by integration')
  if (general) return violations.length > 0 ? unprocessable(violations) : general.answer({ ...call, token: caller.token })

  const found = repositoryRoutes[operation]
  if (!found) throw new Error(`${operation} was matched but has no route`)
  const repo = findRepository(parts.world, call.path.owner ?? '', call.path.repo ?? '')
  const { installation, repositories } = caller.token
  // What one may not see does not exist.
  if (!repo || repo.installation !== installation || (repositories && !repositories.includes(repo.id))) return notFound()
  if (!mayUse(caller, found.needs)) return refused(403, 'Resource not accessible by integration')
  if (violations.length > 0) return unprocessable(violations)
  const may = (needs: Need[]) => mayUse(caller, needs)
  return found.answer({ ...call, repo, may, announce: parts.announce })
}

/** GitHub's other API, of which REST's description says nothing. */
async function graphql(asked: Asked, { world, tokens, announce, violated }: Parts): Promise<Answered> {
  const caller = tokens.caller(asked.authorization)
  const told = { operation: 'POST /graphql', account: accountOf(caller) }
  if (caller.kind !== 'installation') return { ...told, answer: refused(401, 'Bad credentials') }
  if (caller.token.installation.suspendedAt) return { ...told, answer: suspended() }
  const body = parsed(asked.text)
  if (body.kind !== 'json') return { ...told, answer: refused(400, 'Problems parsing JSON') }
  return { ...told, answer: await answerGraphQL({ world, caller, body: body.value, announce, violated }) }
}

const unprocessable = (violations: Violation[]): Answer => ({
  ...refused(422, `Invalid request.\n\n${violations.map(({ where, what }) => `${where}: ${what}`).join('\n')}`),
})

function accountOf(caller: Caller): string {
  if (caller.kind === 'installation') return `installation ${caller.token.installation.id}`
  if (caller.kind === 'person') return `person ${caller.person.id}`
  return caller.kind === 'app' ? 'app' : 'nobody'
}

function parsed(text: string): { kind: 'none' } | { kind: 'json'; value: unknown } | { kind: 'broken' } {
  if (text === '') return { kind: 'none' }
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'broken' }
  }
}
