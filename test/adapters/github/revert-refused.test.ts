import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GitHub } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
import { scripted } from './scripted.ts'

/** What GraphQL answers, always with 200. */
let errors: { type?: string; message: string }[] = []
let github: GitHub
let close: () => void

beforeAll(async () => {
  const answers = {
    '/graphql': () => ({ body: { data: { revertPullRequest: null }, errors } }),
    '/repos/acme/shop/pulls/7': () => ({ body: { node_id: 'PR_7' } }),
  }
  const made = await scripted((address) => Object.entries(answers).find(([path]) => path === address)?.[1]())
  ;({ github, close } = made)
})
afterAll(() => close())

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
