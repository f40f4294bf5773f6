import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { githubClients } from '../../../src/adapters/github/clients.ts'
import { pullRequests } from '../../../src/adapters/github/pull-requests.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { GitHubPullRequests } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
import { testApp } from '../../lab/github/app.ts'
import { FakeLog } from '../../support/fake-log.ts'
import { Life } from '../../support/mortal.ts'

/** What GraphQL answers, always with 200. */
let errors: { type?: string; message: string }[] = []
let server: Server
let github: GitHubPullRequests

beforeAll(async () => {
  server = createServer((request, response) => {
    const token = { token: 'ghs_1', expires_at: '2999-01-01T00:00:00Z' }
    const answers = { '/graphql': { data: { revertPullRequest: null }, errors }, '/repos/acme/shop/pulls/7': { node_id: 'PR_7' } }
    const [, answer] = Object.entries(answers).find(([path]) => path === request.url) ?? []
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer ?? token))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server got no port')
  const { id: appId, privateKey, secret } = testApp()
  const apiUrl = `http://127.0.0.1:${address.port}`
  const credentials = { appId, privateKey: new Secret(privateKey), webhookSecret: new Secret(secret), apiUrl }
  github = pullRequests(githubClients(credentials, new FakeLog().of(new Life()), { gentle: false }))
})
afterAll(() => void server.close())

const repository = { owner: 'acme', name: 'shop', installation: 1 }
const revert = () => github.revertPullRequest(repository, 7, { title: 'Revert', body: 'Rolled back' })

test.each(['UNPROCESSABLE', 'FORBIDDEN', 'NOT_FOUND'])('%s is a refusal, in the words GitHub has for it', async (type) => {
  errors = [
    { type, message: 'It cannot be.' },
    { type, message: 'Never.' },
  ]
  expect(await revert()).toEqual({ kind: 'refused', why: 'It cannot be.; Never.' })
})

test.each([
  ['a limit', [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }]],
  ["GitHub's own trouble", [{ message: 'Something went wrong while executing your query' }]],
  ['trouble beside a refusal', [{ type: 'FORBIDDEN', message: 'No' }, { message: 'Something went wrong' }]],
])('%s passes, and says what GitHub said', async (_what, told) => {
  errors = told
  const failure = await revert().catch((error: unknown) => error)
  expect(passes(failure)).toBe(true)
  expect(failure).toMatchObject({ message: expect.stringContaining(told[0]?.message ?? '') })
})
