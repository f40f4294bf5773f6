import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { checkScript, packagesFor, problemsOf, readFindings } from '../../src/host/bootstrap-check.ts'

const trixie =
  'system debian 13 trixie\noffers docker.io 26.1.5+dfsg1-9\noffers docker-cli 26.1.5+dfsg1-9\noffers docker-compose 2.26.1-4\n'
const bookworm = 'system debian 12 bookworm\noffers docker.io 20.10.24+dfsg1-1\noffers docker-compose 1.29.2-3\n'
const noble =
  'system ubuntu 24.04 noble\noffers docker.io 27.5.1-0ubuntu3~24.04\noffers docker-compose-v2 2.33.0+ds1-0ubuntu1\noffers docker-compose 1.29.2-6ubuntu1\n'
const withDocker = 'engine 28.5.2\ncompose '

test.each<[why: string, said: string, expected: ReturnType<typeof packagesFor>]>([
  [
    'a blank Debian 13',
    `missing docker\nmissing group-docker\n${trixie}`,
    { kind: 'packages', names: ['docker.io', 'docker-cli', 'docker-compose'] },
  ],
  [
    'a blank Ubuntu 24.04',
    `missing docker\nmissing group-docker\n${noble}`,
    { kind: 'packages', names: ['docker.io', 'docker-compose-v2'] },
  ],
  [
    'a blank Debian 12 has no Compose that will do: its makers have',
    `missing docker\n${bookworm}`,
    {
      kind: 'none',
      why: 'debian 12 has no package of Docker Compose 2.24 or later, as far as its package lists say',
      commands: expect.arrayContaining([expect.stringContaining('https://download.docker.com/linux/debian bookworm stable')]),
    },
  ],
  [
    'where the repository of its makers is known, theirs will',
    `missing docker\n${bookworm}offers docker-compose-plugin 5:2.40.3-1~debian.12~bookworm\n`,
    { kind: 'packages', names: ['docker.io', 'docker-compose-plugin'] },
  ],
  ['Docker without Compose', `${withDocker}\n${noble}`, { kind: 'packages', names: ['docker-compose-v2'] }],
  [
    'tools alone',
    `missing flock\nmissing base64\nmissing timeout\nmissing curl\n${withDocker}2.40.3\n${trixie}`,
    { kind: 'packages', names: ['util-linux', 'coreutils', 'curl', 'ca-certificates'] },
  ],
  [
    'an old Compose is not replaced',
    `${withDocker}2.20.2\n${trixie}`,
    { kind: 'none', why: 'What is installed is not replaced', commands: [] },
  ],
  [
    'an engine that is down is not installed again',
    `missing engine\ncompose 2.40.3\n${trixie}`,
    { kind: 'none', why: expect.stringContaining('left as it is'), commands: [] },
  ],
  ['without apt', 'missing docker\n', { kind: 'none', why: 'Only Debian and Ubuntu can be installed on from here', commands: [] }],
])('%s', (_why, said, expected) => expect(packagesFor(readFindings(said))).toEqual(expected))

describe('what keeps a machine from being a host', () => {
  test.each<[said: string, problems: RegExp[]]>([
    ['engine 28.5.2\ncompose 2.40.3\n', []],
    ['engine 28.5.2\ncompose v2.24.0-desktop.1\n', []],
    ['engine 28.5.2\ncompose 2.23.3\n', [/^Docker Compose 2.23.3 is too old/]],
    ['engine 28.5.2\ncompose \n', [/^Docker Compose v2 is not installed/]],
    ['missing docker\nmissing curl\n', [/^Docker is not installed/, /^neither curl nor GNU wget/]],
    ['missing ls\nmissing engine\ncompose 2.40.3\n', [/^`ls` is not installed/, /^the Docker engine does not answer/]],
  ])('%j', (said, problems) => {
    const found = problemsOf(readFindings(said))
    expect(found).toHaveLength(problems.length)
    for (const [index, problem] of problems.entries()) expect(found[index]).toMatch(problem)
  })

  test('what is none of the script’s words is no finding', () => expect(() => readFindings('Welcome to web-1!\n')).toThrow())
})

test('an engine that hangs is one that does not answer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hanging-engine-'))
  const program = (name: string, text: string) => writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  await program('docker', 'case $1 in compose) echo 2.40.3 ;; *) exec sleep 30 ;; esac')
  await program('apt-cache', 'exit 0')
  await program('timeout', `seconds=$1; shift; echo "$seconds" >>${folder}/limits; exec /usr/bin/timeout 0.2 "$@"`)
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', checkScript], { env: { PATH: `${folder}:${process.env.PATH}` } })
    expect(problemsOf(readFindings(stdout))).toContainEqual(expect.stringContaining('the Docker engine does not answer'))
    expect(readFindings(stdout).compose).toBe('2.40.3')
    expect(await readFile(join(folder, 'limits'), 'utf8')).toBe('20\n20\n')
  } finally {
    await rm(folder, { recursive: true })
  }
})
