import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'

export interface Login {
  username: string
  password: string
}

export interface RecordedRequest {
  method: string
  path: string
  /** 0 where the answer never came. */
  status: number
  /** `Basic`, `Bearer`, or empty. */
  authorization: string
}

export interface Failure {
  status: number
  /** Seconds, sent as Retry-After. */
  retryAfter?: number
  /** Which requests fail, by `GET /v2/…`; all where absent. */
  when?: RegExp
  /** How many of them; all where absent. */
  times?: number
}

/** What stands in front of a registry and can be told to misbehave. */
export interface RegistryProxy {
  server: Server
  port: number
  requests: RecordedRequest[]
  requireBasic(login: Login): void
  requireToken(login?: Login): void
  fail(failure: Failure): void
  hang(options?: { when?: RegExp }): void
  behave(): void
  close(): Promise<void>
}

type Access = { kind: 'open' } | { kind: 'basic'; login: Login } | { kind: 'token'; login: Login | undefined }
/** A failure without a status hangs. */
type Trouble = { status: number | undefined; retryAfter: number | undefined; when: RegExp; left: number }

/** Starts a proxy to the registry on `backend` (a loopback port), on a loopback port of its own. */
export async function startRegistryProxy(backend: number): Promise<RegistryProxy> {
  const requests: RecordedRequest[] = []
  const tokens = new Set<string>()
  let access: Access = { kind: 'open' }
  let troubles: Trouble[] = []

  const server = createServer((incoming, answer) => {
    const scheme = (incoming.headers.authorization ?? '').split(' ')[0] ?? ''
    const record: RecordedRequest = { method: incoming.method ?? '', path: incoming.url ?? '', status: 0, authorization: scheme }
    requests.push(record)
    answer.on('finish', () => {
      record.status = answer.statusCode
    })
    const trouble = troubles.find(({ when, left }) => left > 0 && when.test(`${record.method} ${record.path}`))
    if (trouble) {
      trouble.left--
      return misbehave(trouble, answer)
    }
    if (record.path.startsWith('/token')) return issueToken(incoming, answer)
    if (!allowed(incoming)) return challenge(incoming, answer)
    forward(backend, incoming, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0

  function allowed({ headers }: IncomingMessage): boolean {
    if (access.kind === 'open') return true
    if (access.kind === 'basic') return headers.authorization === basic(access.login)
    return tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))
  }

  function challenge(incoming: IncomingMessage, answer: ServerResponse): void {
    const [, name, verb] = /^\/v2\/(.+)\/(manifests|blobs|tags)\//.exec(incoming.url ?? '') ?? []
    const scope = name && verb ? `,scope="repository:${name}:pull"` : ''
    const bearer = `Bearer realm="http://127.0.0.1:${port}/token",service="landfall-lab"${scope}`
    answer.setHeader('WWW-Authenticate', access.kind === 'basic' ? 'Basic realm="landfall-lab"' : bearer)
    refuse(answer, 401, 'UNAUTHORIZED', 'authentication required')
  }

  function issueToken({ headers }: IncomingMessage, answer: ServerResponse): void {
    if (access.kind !== 'token') {
      refuse(answer, 404, 'NOT_FOUND', 'no tokens here')
    } else if (access.login && headers.authorization !== basic(access.login)) {
      refuse(answer, 401, 'UNAUTHORIZED', 'incorrect username or password')
    } else {
      const token = randomUUID()
      tokens.add(token)
      answer.setHeader('Content-Type', 'application/json')
      answer.end(JSON.stringify({ token, access_token: token, expires_in: 300 }))
    }
  }

  const trouble = (status: number | undefined, { retryAfter, when = /./, times = Number.POSITIVE_INFINITY }: Omit<Failure, 'status'>) =>
    troubles.push({ status, retryAfter, when, left: times })

  return {
    server,
    port,
    requests,
    requireBasic: (login) => {
      access = { kind: 'basic', login }
    },
    requireToken: (login) => {
      tokens.clear()
      access = { kind: 'token', login }
    },
    fail: ({ status, ...rest }) => void trouble(status, rest),
    hang: (options = {}) => void trouble(undefined, options),
    behave: () => {
      access = { kind: 'open' }
      troubles = []
      requests.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const basic = ({ username, password }: Login) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

function misbehave({ status, retryAfter }: Trouble, answer: ServerResponse): void {
  if (status === undefined) return // hangs: the connection stays open, no byte comes
  if (retryAfter !== undefined) answer.setHeader('Retry-After', String(retryAfter))
  const code = status === 429 ? 'TOOMANYREQUESTS' : status === 401 ? 'UNAUTHORIZED' : 'UNKNOWN'
  refuse(answer, status, code, `the laboratory answers ${status}`)
}

function refuse(answer: ServerResponse, status: number, code: string, message: string): void {
  answer.statusCode = status
  answer.setHeader('Content-Type', 'application/json')
  answer.end(JSON.stringify({ errors: [{ code, message }] }))
}

function forward(port: number, incoming: IncomingMessage, answer: ServerResponse): void {
  const { authorization: _kept, ...headers } = incoming.headers
  const onward = request({ host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
  })
  onward.on('error', (error) => (answer.headersSent ? answer.destroy() : refuse(answer, 502, 'UNKNOWN', error.message)))
  incoming.pipe(onward)
}
