import { afterAll, beforeAll, expect, test } from 'vitest'
import { read } from './repository.ts'
import { type Asked, type Listed, type Runner, startRunner } from './runner.ts'

let runner: Runner
const commits = { opened: '', readme: '', code: '', later: '', configured: '', tried: '' }

beforeAll(async () => {
  runner = await startRunner()
  const { git, commit } = runner
  commits.opened = git('rev-parse', 'HEAD')
  commits.readme = commit('README.md', 'Now with a garden.\n')
  commits.code = commit('src/shop.js', 'export const shop = 1\n')
  commits.later = commit('README.md', 'Without the garden.\n')
  commits.configured = commit('.github/landfall.yml', `${read('.github/landfall.yml')}# more\n`)
  // A pull request as GitHub merges it for a try: it began before the code changed, and changes only a test itself.
  git('checkout', '--quiet', '-b', 'proposed', commits.readme)
  commit('test/more.test.js', '')
  git('checkout', '--quiet', '--detach', commits.later)
  git('merge', '--quiet', '--no-ff', '--message', 'Try it out', 'proposed')
  commits.tried = git('rev-parse', 'HEAD')
})
afterAll(() => runner?.close())

const [built, notBuilt] = ['changed=true', 'changed=false']
const proved = (sha: string): Listed => [{ sha, state: 'success' }]

test.each<[why: string, asked: () => Asked, said: string, log: () => RegExp]>([
  [
    'only a text changed',
    () => ({ at: commits.readme, before: commits.opened, deployments: proved(commits.opened) }),
    notBuilt,
    () => /keeps the image/,
  ],
  [
    'the code changed',
    () => ({ at: commits.code, before: commits.readme, deployments: proved(commits.readme) }),
    built,
    () => /the push before:\nsrc\/shop\.js$/,
  ],
  [
    'the code changed in a push that is not proved yet',
    () => ({ at: commits.later, before: commits.code, deployments: proved(commits.readme) }),
    built,
    () => new RegExp(`${commits.readme}, what runs in staging:\nsrc/shop\\.js$`),
  ],
  [
    'a text changed after the code, which is proved',
    () => ({ at: commits.later, before: commits.code, deployments: proved(commits.code) }),
    notBuilt,
    () => /keeps/,
  ],
  [
    'the last deployment went wrong',
    () => ({
      at: commits.later,
      before: commits.code,
      deployments: [{ sha: commits.code, state: 'failure' }, ...proved(commits.readme)],
    }),
    built,
    () => /Not known: what runs in staging/,
  ],
  [
    'the last deployment was overtaken',
    () => ({
      at: commits.later,
      before: commits.code,
      deployments: [{ sha: commits.readme, state: 'inactive' }, ...proved(commits.code)],
    }),
    notBuilt,
    () => /keeps/,
  ],
  ['nothing was ever deployed', () => ({ at: commits.readme, before: commits.opened, deployments: [] }), built, () => /Not known/],
  ['GitHub does not answer', () => ({ at: commits.readme, before: commits.opened }), built, () => /GitHub answered 500/],
  [
    'a new branch has no push before',
    () => ({ at: commits.readme, before: '0'.repeat(40), deployments: proved(commits.opened) }),
    built,
    () => /could not be found out/,
  ],
  [
    'what counts changed',
    () => ({ at: commits.configured, before: commits.later, deployments: proved(commits.later) }),
    built,
    () => /\.github\/landfall\.yml$/,
  ],
  ['somebody asked for it', () => ({ at: commits.readme, event: 'workflow_dispatch' }), built, () => /asked for it/],
  ['a pull request changes tests only', () => ({ at: commits.tried, event: 'pull_request' }), notBuilt, () => /keeps/],
  ['a pull request changes code', () => ({ at: commits.code, event: 'pull_request' }), built, () => /the branch it would go to:\nsrc/],
])('%s', async (_why, asked, said, log) => {
  const answer = await runner.decide(asked())
  expect(answer.why).toMatch(log())
  expect(answer.said).toBe(said)
})

test('without `paths` every commit has an image of its own, as Landfall expects', async () => {
  const plain = read('.github/landfall.yml').replace(/^ +paths: \[.*\n/m, '')
  expect(plain).not.toBe(read('.github/landfall.yml'))
  const before = commits.configured
  runner.git('checkout', '--quiet', '--detach', before)
  const at = runner.commit('.github/landfall.yml', plain)
  expect((await runner.decide({ at, before, deployments: proved(before) })).why).toMatch(/every commit has an image of its own/)
})
