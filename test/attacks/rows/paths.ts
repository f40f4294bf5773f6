import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Files } from '../../lab/github/git.ts'
import { unmarked } from '../../lab/landfall/reading.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import type { Attack } from '../attack.ts'
import type { AttackedTown } from '../town.ts'

/** A file of Landfall's machine that is nobody's business, and how a repository would reach for it. */
interface Treasure {
  /** Its path from the root. */
  path: string
  /** By dots, from wherever repositories are unpacked to. */
  dotted: string
  words: string
}

/** What is merged, and which words of the refusal say that it was understood. */
type Reach = [what: string, files: (treasure: Treasure, town: AttackedTown) => Files, says: RegExp]

const link = (content: string) => ({ content, mode: '120000' as const })

const projectFile = ({ files }: AttackedTown): string => files['.github/landfall.yml'] ?? ''
const composeText = ({ files }: AttackedTown): string => files['compose.yml'] ?? ''

/** The shop's landfall.yml with other words in one place. */
const inProject = (what: string, written: string, here: (treasure: Treasure) => string, says = /not a path inside|not a place/): Reach => [
  `landfall.yml: ${what}`,
  (treasure, town) => ({ '.github/landfall.yml': projectFile(town).replace(written, here(treasure)) }),
  says,
]

/** Lines added to the shop's web service. */
const inService = (what: string, lines: (treasure: Treasure) => string, says = /outside the repository/): Reach => [
  `compose.yml: ${what}`,
  (treasure, town) => ({ 'compose.yml': composeText(town).replace('    init: true\n', `    init: true\n    ${lines(treasure)}\n`) }),
  says,
]

/** Lines before all others of the Compose file. */
const inCompose = (what: string, lines: (treasure: Treasure) => string, says = /outside the repository/): Reach => [
  `compose.yml: ${what}`,
  (treasure, town) => ({ 'compose.yml': `${lines(treasure)}\n${composeText(town)}` }),
  says,
]

const env = 'env: deploy/production.env'
const none = /no such file|no such folder/

const reaches: readonly Reach[] = [
  inProject('compose by dots', 'compose: [compose.yml]', ({ dotted }) => `compose: ["${dotted}"]`),
  inProject('compose from the root', 'compose: [compose.yml]', ({ path }) => `compose: ["${path}"]`),
  inProject('dots in the middle', 'compose: [compose.yml]', ({ dotted }) => `compose: ["deploy/../${dotted}"]`),
  inProject('backslashes', 'compose: [compose.yml]', ({ dotted }) => `compose: ['${dotted.replaceAll('/', '\\')}']`),
  inProject('an option', 'compose: [compose.yml]', ({ path }) => `compose: ["--env-file=${path}"]`),
  inProject('env by dots', env, ({ dotted }) => `env: "${dotted}"`),
  inProject('env from the root', env, ({ path }) => `env: "${path}"`),
  inProject('secrets by dots', env, ({ dotted }) => `${env}, secrets: "${dotted}.env"`),
  inProject('files from elsewhere', env, ({ dotted }) => `${env}, files: [{ from: "${dotted}", to: settings, service: db }]`),
  inProject('files to elsewhere', env, () => `${env}, files: [{ from: deploy, to: ../../../../etc, service: db }]`),
  inProject('files to the root', env, () => `${env}, files: [{ from: deploy, to: /etc, service: db }]`),
  inProject('files in the place of .env', env, () => `${env}, files: [{ from: deploy, to: ./.env, service: db }]`),
  inService('env_file from the root', ({ path }) => `env_file: "${path}"`),
  inService('env_file by dots', ({ dotted }) => `env_file: [{ path: "${dotted}", required: false }]`),
  inService('env_file by a variable', ({ path }) => `env_file: "\${NOWHERE:-${path}}"`),
  inService('extends', ({ dotted }) => `extends: { file: "${dotted}", service: web }`),
  inService('label_file', ({ path }) => `label_file: "${path}"`, /label_file/),
  inCompose('include', ({ path }) => `include: ["${path}"]`),
  inCompose('an env file of an include', ({ path }) => `include: [{ path: more.yml, env_file: "${path}" }]`, /env_file|no such file/),
  inCompose(
    'the folder of an include',
    ({ dotted }) => `include: [{ path: more.yml, project_directory: "${dotted}" }]`,
    /project_directory|outside/,
  ),
  ...['configs', 'secrets'].map(
    (key): Reach => [
      `compose.yml: ${key}`,
      ({ path }, town) => ({
        'compose.yml': `${key}: { stolen: { file: "${path}" } }\n${composeText(town).replace('    init: true\n', `    init: true\n    ${key}: [stolen]\n`)}`,
      }),
      new RegExp(`${key}\\.stolen`),
    ],
  ),
  ['a link in the place of the Compose file', ({ path }) => ({ 'compose.yml': link(path) }), none],
  ['a link in the place of the env file', ({ path }) => ({ 'deploy/production.env': link(path) }), none],
  ['a link to a file beside it', () => ({ 'deploy/production.env': link('../compose.yml') }), none],
  [
    'a folder that is a link',
    ({ path }, town) => ({
      stolen: link('/'),
      '.github/landfall.yml': projectFile(town).replace(env, `env: stolen${path}`),
    }),
    none,
  ],
  [
    'a link among the files of a service',
    ({ path }, town) => ({
      'settings/stolen': link(path),
      'compose.yml': composeText(town).replace('[data:/var/lib/database]', '[data:/var/lib/database, "./settings:/settings:ro"]'),
      '.github/landfall.yml': projectFile(town).replace(env, `${env}, files: [{ from: settings, to: settings, service: db }]`),
    }),
    none,
  ],
]

export const paths: Attack[] = [
  {
    row: 'A11',
    tried: 'paths and links that lead out of the repository: by dots, from the root, by variables, wherever a path may stand',
    async attempt(town) {
      const { scenario, shop } = town
      const treasure = await hide(scenario.lab.folder)
      const [before, seen, asked] = [await town.footprint(), scenario.landfall.log.length, scenario.github.requests.length]
      const deployed = shop.repository.deployments().length
      const refusals: string[] = []
      for (const [what, files, says] of reaches) {
        const merged = await town.begin({ title: what, build: false, files: files(treasure, town) })
        const refusal = await refusalOf(merged, town).catch(() => '(nobody was told of any)')
        assert.match(refusal, says, `${what}: ${refusal}`)
        refusals.push(refusal)
      }
      const told = [
        ...scenario.landfall.log.slice(seen).map((line) => JSON.stringify(line)),
        ...scenario.github.requests.slice(asked).map(({ body }) => body),
        ...scenario.chat.received.map((message) => JSON.stringify(message)),
      ].join('\n')
      assert.ok(!told.includes(treasure.words), 'somebody was told what is in the file')
      assert.equal(await town.footprint(), before)
      assert.equal(shop.repository.deployments().length, deployed)
      return `${refusals.length} files, each refused where its author reads it, none of them read; the host was told nothing`
    },
  },
]

/** A dotenv file, so that whoever got at it could use it. */
async function hide(folder: string): Promise<Treasure> {
  const words = `treasure-${randomBytes(12).toString('hex')}`
  const path = join(folder, 'treasure')
  await writeFile(path, `TREASURE=${words}\n`)
  return { path, dotted: `../../../../../../../../${relative('/', path)}`, words }
}

/** What its author reads: at the lines of a landfall.yml that cannot be used, or below the pull request. */
async function refusalOf({ sha, pullRequest }: Merged, { shop }: AttackedTown): Promise<string> {
  const misconfigured = shop.repository.waitForCheck(sha, 'Landfall configuration', 'failure', patience)
  const refused = shop.repository.waitForStatus(sha, 'landfall/production', 'failure', patience)
  return Promise.any([
    misconfigured.then(({ output }) => JSON.stringify(output)),
    refused.then(async () => unmarked((await shop.repository.waitForComment(pullRequest, /Refused/, patience)).body)),
  ])
}
const patience = 60
