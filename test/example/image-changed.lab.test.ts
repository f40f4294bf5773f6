import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { files, whole } from './repository.ts'
import { scriptPath } from './script.ts'

const folder = mkdtempSync(join(tmpdir(), 'image-changed-'))
const runners = join(folder, 'bin')
const clone = join(folder, 'shop')
const commits = { opened: '', readme: '', code: '', later: '', configured: '', tried: '' }
let api = ''

/** What GitHub lists as deployments, newest first. */
type Listed = { sha: string; state: string }[]
const listed = new Map<string, Listed>()
const github = createServer(({ url = '', headers }, answer) => {
  const [, repository = '', of] = /^\/repos\/acme\/(\w+)\/deployments(?:\/(\d+))?/.exec(url) ?? []
  const deployments = listed.get(repository)
  const known = headers.authorization === 'Bearer a-token' && deployments
  answer.writeHead(known ? 200 : 500, { 'content-type': 'application/json' })
  const all = deployments?.map(({ sha }, id) => ({ id, sha })) ?? []
  answer.end(JSON.stringify(of === undefined ? all : [{ state: deployments?.[Number(of)]?.state }]))
})

const git = (...args: string[]) => {
  const names = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...names, ...args], { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
function write(path: string, content: string): void {
  const file = join(clone, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
function commit(path: string, content: string): string {
  write(path, content)
  git('add', '--all')
  git('commit', '--quiet', '--message', `Change ${path}`)
  return git('rev-parse', 'HEAD')
}

beforeAll(async () => {
  mkdirSync(runners)
  // yq as far as it is asked for: YAML in, JSON out.
  const yaml = import.meta.resolve('yaml')
  writeFileSync(
    join(runners, 'yq'),
    `#!/usr/bin/env node
import('${yaml}').then(({ default: { parse } }) => console.log(JSON.stringify(parse(require('fs').readFileSync(process.argv[4], 'utf8')))))`,
    { mode: 0o755 },
  )
  mkdirSync(clone)
  git('init', '--quiet')
  for (const [path, text] of Object.entries(files())) write(path, text)
  commits.opened = commit('.github/landfall.yml', whole())
  commits.readme = commit('README.md', 'Now with a garden.')
  commits.code = commit('src/shop.js', 'export const shop = 1\n')
  commits.later = commit('README.md', 'Without the garden.')
  commits.configured = commit('.github/landfall.yml', `${whole()}# more\n`)
  git('checkout', '--quiet', '-b', 'try', commits.readme)
  commit('test/more.test.js', '')
  git('merge', '--quiet', '--no-ff', '--message', 'Try', commits.later)
  git('checkout', '--quiet', '-b', 'merged', commits.later)
  git('merge', '--quiet', '--no-ff', '--message', 'Try it out', 'try')
  commits.tried = git('rev-parse', 'HEAD')
  github.listen(0, '127.0.0.1')
  await once(github, 'listening')
  const address = github.address()
  api = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => {
  github.close()
  rmSync(folder, { recursive: true })
})

let runs = 0

interface Asked {
  /** What is checked out. */
  at: string
  event?: string
  before?: string
  deployments?: Listed | undefined
}

/** Runs the script as a step of the workflow does. */
async function decide({ at, event = 'push', before = '', deployments }: Asked) {
  const repository = `shop${++runs}`
  if (deployments) listed.set(repository, deployments)
  const work = join(folder, repository)
  git('worktree', 'add', '--quiet', '--detach', work, at)
  const payload = join(folder, `${repository}.json`)
  writeFileSync(payload, JSON.stringify({ before }))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [scriptPath, 'web', 'staging'], {
    cwd: work,
    env: {
      PATH: [runners, process.env.PATH].join(delimiter),
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: payload,
      GITHUB_API_URL: api,
      GITHUB_REPOSITORY: `acme/${repository}`,
      GITHUB_TOKEN: 'a-token',
    },
  })
  return { said: stdout.trim(), why: stderr.trim() }
}

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
  const answer = await decide(asked())
  expect(answer.why).toMatch(log())
  expect(answer.said).toBe(said)
})

test('without `paths` every commit has an image of its own, as Landfall expects', async () => {
  const plain = whole().replace(/^ +paths: \[.*\n/m, '')
  expect(plain).not.toBe(whole())
  const before = commits.configured
  git('checkout', '--quiet', '--detach', before)
  const at = commit('.github/landfall.yml', plain)
  expect((await decide({ at, before, deployments: proved(before) })).why).toMatch(/every commit has an image of its own/)
})
