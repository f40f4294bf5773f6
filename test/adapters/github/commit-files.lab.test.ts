import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { GitHub, NewFiles } from '../../../src/flow/ports.ts'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { landfall, repositoryOf } from './landfall.ts'

const app = testApp()
let standIn: GitHubStandIn
let shop: TestRepository
let github: GitHub

beforeAll(async () => {
  standIn = await startGitHub({ app })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n', 'deploy/a.env': 'A=1\n' })
  github = landfall(standIn, app)
})
afterAll(() => standIn.close())
afterEach(() => standIn.assertFaithful())

const put = (wanted: Omit<NewFiles, 'message'>) => github.commitFiles(repositoryOf(shop), { message: 'Set TOKEN\n\nBy mona', ...wanted })
const read = (path: string, ref: string) => github.file(repositoryOf(shop), path, ref)

test('files are put in by one commit on a new branch, then by another on the same, and everything else stays', async () => {
  const main = await shop.head('main')
  const files = [
    { path: 'deploy/a.env', text: 'A=2\n' },
    { path: 'deploy/deeper/new.env', text: 'ä\n' },
  ]
  const made = await put({ branch: 'landfall/one', parent: main, files })
  const head = await shop.head('landfall/one')
  expect(made).toEqual({ kind: 'made', revision: head })
  const [commit, ...texts] = await Promise.all([
    github.commitAt(repositoryOf(shop), head),
    ...['deploy/a.env', 'deploy/deeper/new.env', 'compose.yml'].map((path) => read(path, head)),
  ])
  expect([commit?.parents, commit?.subject, texts]).toEqual([[main], 'Set TOKEN', ['A=2\n', 'ä\n', 'services: {}\n']])

  await put({ branch: 'landfall/one', parent: head, files: [{ path: 'deploy/a.env', text: 'A=3\n' }] })
  expect(await Promise.all([read('deploy/a.env', 'landfall/one'), read('deploy/deeper/new.env', 'landfall/one')])).toEqual(['A=3\n', 'ä\n'])
})

test('a branch that holds something else is left alone', async () => {
  const parent = await shop.head('main')
  const { sha } = await shop.push('taken', { 'more.txt': 'by hand' })
  expect(await put({ branch: 'taken', parent, files: [{ path: 'a', text: 'b' }] })).toEqual({
    kind: 'refused',
    why: 'there is a branch taken already, and it holds something else',
  })
  expect(await shop.head('taken')).toBe(sha)
})

test('an App that may not write is told which permission it takes', async () => {
  const modest = testApp({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'write' } })
  const elsewhere = await startGitHub({ app: modest })
  const theirs = await elsewhere.createRepository('acme', 'shop', { 'a.txt': 'a' })
  const wanted = { branch: 'mine', parent: await theirs.head('main'), message: 'x', files: [{ path: 'a.txt', text: 'b' }] }
  expect(await landfall(elsewhere, modest).commitFiles(repositoryOf(theirs), wanted)).toEqual({
    kind: 'refused',
    why: expect.stringMatching(/"contents: write"/),
  })
  elsewhere.assertFaithful()
  await elsewhere.close()
})
