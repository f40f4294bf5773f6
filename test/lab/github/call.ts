import { z } from 'zod'
import type { Level } from './app.ts'
import type { Event } from './payloads.ts'
import type { Caller, Token, Tokens } from './tokens.ts'
import type { Person, Repo, World } from './world.ts'

/** A request that passed GitHub's description, with what it needs to be answered. */
export interface Call {
  world: World
  /** As it was asked, percent-encoded. */
  pathname: string
  /** Path parameters, decoded. */
  path: Record<string, string>
  query: URLSearchParams
  /** Parsed JSON; undefined where none was sent. */
  body: unknown
  accept: string
}

/** A call about a repository that the caller may see. */
export interface RepositoryCall extends Call {
  repo: Repo
  /** Whether the caller may do this too, which only some requests of the operation take. */
  may(needs: Need[]): boolean
  /** Sends what the call made happen, without making the caller wait. */
  announce(events: Event[]): void
}

/** A call about an installation as a whole. */
export interface InstallationCall extends Call {
  token: Token
}

/** A call by the App itself. */
export interface AppCall extends Call {
  tokens: Tokens
  /** Attempts a delivery again; resolves when it was answered. */
  redeliver(delivery: string): Promise<void>
}

/** A call in the name of somebody who signed in with the App. */
export interface PersonCall extends Call {
  person: Person
}

export interface Answer {
  status: number
  /** Sent as JSON, or as it is where `type` says something else. */
  body?: unknown
  /** Default `application/json`. */
  type?: string
  headers?: Record<string, string>
}

/** A permission and the least level of it. */
export type Need = `${string}:${Level}`

export interface RepositoryRoute {
  /** Any one of these is enough, as GitHub documents it for each operation. */
  needs: Need[]
  answer(call: RepositoryCall): Answer | Promise<Answer>
}

export interface InstallationRoute {
  needs: Need[]
  answer(call: InstallationCall): Answer | Promise<Answer>
}

export interface AppRoute {
  answer(call: AppCall): Answer | Promise<Answer>
}

export interface PersonRoute {
  answer(call: PersonCall): Answer
}

/** Asked with the App's client id and secret. */
export interface ClientRoute {
  answer(call: Call): Answer
}

/** By operation: `GET /repos/{owner}/{repo}`. */
export type RepositoryRoutes = Record<string, RepositoryRoute>
export type InstallationRoutes = Record<string, InstallationRoute>
export type AppRoutes = Record<string, AppRoute>
export type PersonRoutes = Record<string, PersonRoute>
export type ClientRoutes = Record<string, ClientRoute>

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const gone = (): Answer => ({ status: 204, body: undefined })
export const created = (body: unknown): Answer => ({ status: 201, body })

const documentation = 'https://docs.github.com/rest'

export const refused = (status: number, message: string): Answer => ({ status, body: { message, documentation_url: documentation } })
export const suspended = (): Answer => refused(403, 'This installation has been suspended')
export const notFound = (): Answer => refused(404, 'Not Found')

/** GitHub's 422; `errors` say which field. */
export const invalid = (errors: { resource?: string; field?: string; code: string; message?: string }[]): Answer => ({
  status: 422,
  body: { message: 'Validation Failed', errors, documentation_url: documentation },
})

/** A description longer than GitHub stores. The OpenAPI description does not tell, so the rule stands here. */
export const tooLong = (resource: string, field: string, most: number): Answer =>
  invalid([{ resource, field, code: 'custom', message: `${field} is too long (maximum is ${most} characters)` }])

/** One page of a list as `per_page` and `page` ask, with GitHub's Link header. `wrap` is for lists inside an object. */
export function page<T>(call: Call, items: T[], render: (item: T) => unknown, wrap: (page: unknown[]) => unknown = (all) => all): Answer {
  const size = Math.min(Number(call.query.get('per_page') ?? 30), 100)
  const number = Number(call.query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (to: number, rel: string) => `<${pageUrl(call, String(to), 'page')}>; rel="${rel}"`
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ]
  return {
    ...ok(wrap(items.slice((number - 1) * size, number * size).map(render))),
    ...(links.length > 0 && { headers: { link: links.join(', ') } }),
  }
}

/** The address of another page of the same list. */
export function pageUrl(call: Call, value: string, parameter: string): string {
  const query = new URLSearchParams(call.query)
  query.set(parameter, value)
  return `${call.world.url}${call.pathname}?${query}`
}

/** Numbers in paths, such as ids. */
export const numeric = (call: Call, name: string): number => z.coerce.number().parse(call.path[name])

export const text = (call: Call, name: string): string => z.string().parse(call.path[name])

/** Whether a caller's token reaches so far in this repository. */
export function mayUse(caller: Caller, needs: Need[]): boolean {
  if (caller.kind !== 'installation') return false
  const { permissions } = caller.token
  return needs.some((need) => {
    const [name = '', level = ''] = need.split(':')
    // Every App may read metadata.
    const held = permissions[name] ?? (name === 'metadata' ? 'read' : undefined)
    return covers(held, level)
  })
}

/** Whether a permission held at one level allows what asks for another. */
export const covers = (held: Level | undefined, asked: string): boolean =>
  held !== undefined && levels.indexOf(held) >= levels.indexOf(asked)

const levels: string[] = ['read', 'write', 'admin']
