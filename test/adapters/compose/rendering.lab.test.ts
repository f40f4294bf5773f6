import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCompose } from '../../../src/adapters/compose/binary.ts'
import { createCompose } from '../../../src/adapters/compose/compose.ts'
import { writeDotenv } from '../../../src/config/dotenv.ts'
import { problemText } from '../../../src/domain/problem.ts'
import { definitionOf } from '../../../src/plan/definition.ts'
import { readModel } from '../../../src/plan/model.ts'
import { prepareParts } from '../../lab/parts.ts'
import { type Case, corpus, interpolation, variables } from './corpus.ts'
import { repository } from './given.ts'

const run = promisify(execFile)
const binaries = new Map<string, string>()
let scratch = ''

beforeAll(async () => {
  for (const engine of ['trixie', 'sid'] as const) binaries.set(engine, (await prepareParts({ engine })).compose)
  scratch = await mkdtemp(join(tmpdir(), 'landfall-rendering-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

async function render(engine: string, { files, compose }: Case) {
  const found = await findCompose({ named: binaries.get(engine), searchPath: '' })
  if (found.kind !== 'found') throw new Error(found.detail)
  const result = await createCompose(found.binary).render({
    snapshot: repository(files),
    files: compose,
    project: 'shop',
    variables,
    interpolation,
    hosts: [{ name: 'web-1', profiles: [] }],
  })
  if (result.kind === 'invalid') throw new Error(result.problems.map(problemText).join('\n'))
  return result
}

/** What Compose of this version makes of files in a folder, as a host calls it: paths resolved, `folder` taken out of them. */
async function meaning(engine: string, folder: string, files: string[]): Promise<unknown> {
  const values = join(scratch, 'values.env')
  await writeFile(values, writeDotenv(Object.entries({ ...variables, ...interpolation })))
  const args = [
    '--env-file',
    values,
    '-p',
    'shop',
    '--project-directory',
    folder,
    ...files.flatMap((file) => ['-f', file]),
    '--profile',
    '*',
  ]
  const { stdout } = await run(binaries.get(engine) ?? '', [...args, 'config', '--format', 'json'], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
  })
  const model: Record<string, unknown> = JSON.parse(stdout.replaceAll(folder, '/project'))
  return Object.fromEntries(Object.entries(model).filter(([key]) => !key.startsWith('x-')))
}

async function layOut(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

describe.each(['trixie', 'sid'])('rendered with Compose from Debian %s', (renderer) => {
  test.each(corpus)('$name: hosts of both versions understand what the repository says', async (given) => {
    const { files, compose } = given
    const rendered = await render(renderer, given)
    const folder = dirname(compose[0] ?? '')
    const original = await mkdtemp(join(scratch, 'original-'))
    await layOut(original, { ...files, [join(folder, '.env')]: writeDotenv(Object.entries(variables)) })
    // The host has the env files that were named, and the release beside its project folder.
    const host = await mkdtemp(join(scratch, 'host-'))
    await layOut(host, { 'release/compose.yml': rendered.portable, 'files/.env': writeDotenv(Object.entries(variables)) })
    await layOut(join(host, 'files'), Object.fromEntries(rendered.envFiles.map((path) => [path, files[join(folder, path)] ?? ''])))
    for (const engine of ['trixie', 'sid']) {
      const expected = await meaning(
        engine,
        join(original, folder),
        compose.map((path) => join(original, path)),
      )
      expect(await meaning(engine, join(host, 'files'), [join(host, 'release/compose.yml')])).toEqual(expected)
    }
  })

  test.each(corpus)('$name: what goes to hosts and store holds no value', async (given) => {
    const { portable } = await render(renderer, given)
    expect(portable).not.toContain('second line')
    expect(portable).not.toContain('of the file')
    for (const [path, text] of Object.entries(given.files)) if (path.endsWith('.env')) expect(portable).not.toContain(text.trim())
  })
})

test.each(corpus)('$name: both versions describe the same containers, so that a newer Landfall restarts nothing', async (given) => {
  const [older, newer] = [await definitions('trixie', given), await definitions('sid', given)]
  expect(older.size).toBeGreaterThan(0)
  expect(older).toEqual(newer)
})

async function definitions(engine: string, given: Case): Promise<Map<string, string>> {
  const model = readModel((await render(engine, given)).model)
  const values = new Map(Object.entries(variables))
  return new Map(Object.entries(model.services).map(([name, service]) => [name, definitionOf(name, service, 'x', model, values)]))
}

test('a value with $ # quotes and newlines arrives in the model byte for byte', async () => {
  const given = {
    name: '',
    compose: ['compose.yml'],
    files: { 'compose.yml': 'services: {web: {image: a, environment: {X: "${SECRET}"}, env_file: .env}}' },
  }
  const { model } = await render('trixie', given)
  expect(model).toMatchObject({ services: { web: { environment: { X: variables.SECRET, SECRET: variables.SECRET, PORT: '8443' } } } })
  expect(JSON.stringify(model)).not.toContain('a1b2c3')
})

test("Landfall's own environment does not leak into what is rendered", async () => {
  process.env.LANDFALL_CANARY = 'leaked'
  const files = { 'compose.yml': 'services: {web: {image: a, environment: [LANDFALL_CANARY, "B=${LANDFALL_CANARY:-clean}"]}}' }
  const { model } = await render('trixie', { name: '', compose: ['compose.yml'], files })
  delete process.env.LANDFALL_CANARY
  expect(model).toMatchObject({ services: { web: { environment: { LANDFALL_CANARY: null, B: 'clean' } } } })
})

describe.each(['trixie', 'sid'])('what only Compose knows to be wrong, told by the one from %s', (engine) => {
  test.each<[why: string, text: string, message: RegExp]>([
    ['an unknown key', 'services:\n  web:\n    image: a\n    imagine: 1\n', /^compose\.yml:4:5: .*imagine/],
    ['a wrong type', 'services:\n  web:\n    image: a\n    ports: 5\n', /^compose\.yml:4:5: .*services\.web\.ports must be a/],
    ['a service that is not there', 'services:\n  web:\n    image: a\n    depends_on: [db]\n', /^compose\.yml:2:3: .*undefined service/],
    [
      'a service that only a profile starts',
      'services:\n  web: {image: a, depends_on: [db]}\n  db: {image: b, profiles: [x]}\n',
      /^compose\.yml:2:19: services\.web\.depends_on: needs db/,
    ],
    [
      'a secret nobody gives',
      'services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {environment: NOPE}}\n',
      /^compose\.yml:2:15: secrets\.s\.environment: variable NOPE/,
    ],
    [
      'a file of the repository',
      'services:\n  web:\n    image: a\n    volumes:\n      - ./nginx.conf:/etc/nginx.conf\n',
      /^compose\.yml:5:9: services\.web: \.\/nginx\.conf is a file of the repository/,
    ],
    ['the repository itself', 'services: {web: {image: a, volumes: [".:/app"]}}\n', /^compose\.yml:1:38: .*nothing brings it to hosts/],
    [
      'a config from the repository',
      'services: {web: {image: a, configs: [c]}}\nconfigs: {c: {file: nginx.conf}}\n',
      /^compose\.yml:2:21: configs\.c: nginx\.conf is a file of the repository/,
    ],
  ])('%s', async (_why, text, message) => {
    await expect(render(engine, { name: '', compose: ['compose.yml'], files: { 'compose.yml': text, 'nginx.conf': '' } })).rejects.toThrow(
      message,
    )
  })
})
