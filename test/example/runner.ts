import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { files } from './repository.ts'
import { scriptPath } from './script.ts'

/** What GitHub lists as deployments, newest first. */
export type Listed = { sha: string; state: string }[]

export interface Asked {
  /** What is checked out. */
  at: string
  event?: string
  /** Head of the branch before the push. */
  before?: string
  /** Absent: GitHub does not answer. */
  deployments?: Listed
}

/** A machine as GitHub's, with a clone of the example, on which the workflow asks whether there is anything to build. */
export interface Runner {
  git(...args: string[]): string
  /** Commits one file on what is checked out. */
  commit(path: string, content: string): string
  /** Runs the script as a step does: what it says to the workflow, and what to the log. */
  decide(asked: Asked): Promise<{ said: string; why: string }>
  close(): void
}

/** Prepares one; a first commit has the example as it is. `yq` is stood in for as far as it is asked: YAML in, JSON out. */
export async function startRunner(): Promise<Runner> {
  const folder = mkdtempSync(join(tmpdir(), 'image-changed-'))
  const write = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content, { mode })
  }
  const programs = join(folder, 'bin')
  write(
    join(programs, 'yq'),
    `#!/usr/bin/env node
const text = require('node:fs').readFileSync(process.argv[4], 'utf8')
import('${import.meta.resolve('yaml')}').then(({ default: { parse } }) => console.log(JSON.stringify(parse(text))))`,
    0o755,
  )
  const clone = join(folder, 'clone')
  mkdirSync(clone)
  const identity = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', '-c', 'init.defaultBranch=main']
  const git = (...args: string[]) =>
    execFileSync('git', [...identity, ...args], { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  const commit = (path: string, content: string) => {
    write(join(clone, path), content)
    git('add', '--all')
    git('commit', '--quiet', '--message', `Change ${path}`)
    return git('rev-parse', 'HEAD')
  }
  git('init', '--quiet')
  for (const [path, text] of Object.entries(files())) write(join(clone, path), text)
  commit('CHANGES.md', 'First\n')

  const deployments = new Map<string, Listed>()
  const github = listing(deployments)
  github.listen(0, '127.0.0.1')
  await once(github, 'listening')
  const address = github.address()
  let runs = 0

  return {
    git,
    commit,
    async decide({ at, event = 'push', before = '', deployments: listed }) {
      const repository = `shop${++runs}`
      if (listed) deployments.set(repository, listed)
      const work = join(folder, repository)
      git('worktree', 'add', '--quiet', '--detach', work, at)
      const payload = join(folder, `${repository}.json`)
      write(payload, JSON.stringify({ before }))
      const env = {
        PATH: [programs, process.env.PATH].join(delimiter),
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: payload,
        GITHUB_API_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
        GITHUB_REPOSITORY: `acme/${repository}`,
        GITHUB_TOKEN: 'a-token',
      }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [scriptPath, 'web', 'staging'], { cwd: work, env })
      return { said: stdout.trim(), why: stderr.trim() }
    },
    close() {
      github.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Two lists of GitHub's API, for those who have the token. */
function listing(of: ReadonlyMap<string, Listed>): Server {
  return createServer(({ url = '', headers }, answer) => {
    const [, repository = '', id] = /^\/repos\/acme\/(\w+)\/deployments(?:\/(\d+)\/statuses)?\?/.exec(url) ?? []
    const listed = headers.authorization === 'Bearer a-token' ? of.get(repository) : undefined
    answer.writeHead(listed ? 200 : 500, { 'content-type': 'application/json' })
    const body = id === undefined ? listed?.map(({ sha }, at) => ({ id: at, sha })) : [{ state: listed?.[Number(id)]?.state }]
    answer.end(JSON.stringify(body ?? []))
  })
}
