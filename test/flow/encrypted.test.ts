import { expect, test } from 'vitest'
import { encrypted, secretsPath } from '../support/encrypted.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { composeYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const canary = 'correct-horse-battery'
const env = 'deploy/production.env'
const town = (options = {}) => openTown({ gates: `secrets: ${secretsPath}`, ...options })
const variables = (there: Town) => Object.fromEntries(there.host().container('web')?.variables ?? [])
const withSecrets = async (values: Record<string, string>, open = 'MODE=fast\n') => ({
  [secretsPath]: await encrypted(values),
  [env]: open,
})

async function everythingSaid(there: Town): Promise<string> {
  const deployments = await there.deployments()
  const records = await Promise.all(deployments.map(({ id }) => there.record(id)))
  const { statuses, comments, checkRuns, deployments: shown } = there.github
  const log = there.log.lines.map(({ fields, ...entry }) => ({ ...entry, fields: { ...fields, error: String(fields.error) } }))
  return JSON.stringify({ deployments, records, statuses, comments, checkRuns, shown, said: there.chat.said, log })
}

test('a secret of the repository is on the host and nowhere else, whatever its name, even where the app prints it', async () => {
  const there = await town()
  const first = await there.deploy(await withSecrets({ DB_PASSWORD: 'first-of-them', GREETING: canary }))
  expect(first.state).toBe('succeeded')
  expect(first.plan?.secrets).toEqual({ path: secretsPath, revision: first.revision })
  expect(variables(there)).toMatchObject({ DB_PASSWORD: 'first-of-them' })
  const failed = await there.deploy({}, { behaviour: { answers: 500, says: `hello ${canary}\n` } })
  expect((await there.record(failed.id)).join('\n')).toContain('hello [secret]')
  expect(await everythingSaid(there)).not.toMatch(/correct-horse|first-of-them/)
})

test('a changed secret is a deployment of its own, and gives the service that uses it a new container', async () => {
  const there = await town()
  const shared = composeYml.replace(
    '    image: registry.example.com/acme/database:1',
    '$&\n    environment: { PASSWORD: "${DB_PASSWORD}" }',
  )
  await there.deploy({ 'compose.yml': shared, ...(await withSecrets({ DB_PASSWORD: 'one', OTHER: 'a' })) })
  const database = async () => (await there.deployments())[0]?.plan?.services.find(({ name }) => name === 'db')
  await there.deploy(await withSecrets({ DB_PASSWORD: 'one', OTHER: 'b' }))
  expect(await database()).toMatchObject({ change: 'untouched' })
  await there.deploy(await withSecrets({ DB_PASSWORD: 'two', OTHER: 'b' }))
  expect(await database()).toMatchObject({ change: 'recreated', because: ['configuration'] })
  expect(variables(there)).toMatchObject({ DB_PASSWORD: 'two' })
})

test.each<[what: string, compose: string, said: string]>([
  [
    'what a refusal would quote of it',
    composeYml.replace('  db:\n', '  db:\n    volumes: [{ type: bind, source: "/${GREETING}", target: /x }]\n'),
    ', which belongs to the host',
  ],
])('the plan of a pull request tells no secret: %s', async (_what, compose, said) => {
  const there = await town()
  await there.deploy(await withSecrets({ DB_PASSWORD: 'first-of-them', GREETING: canary }))
  await openPull(there, { 'compose.yml': compose })
  expect(newestComment(there)).toContain(said)
  expect(await everythingSaid(there)).not.toContain(canary)
})

test('a rollback keeps the secrets that run now, also where the older release had them readable', async () => {
  const there = await town({ gates: undefined })
  const first = await there.deploy({ [env]: 'DB_PASSWORD=old\nMODE=slow\n' })
  const named = there.github.commits.get(first.revision ?? '')?.files['.github/landfall.yml'] ?? ''
  await there.deploy({
    '.github/landfall.yml': named.replace('env: deploy', `secrets: ${secretsPath}, env: deploy`),
    ...(await withSecrets({ DB_PASSWORD: 'rotated' })),
  })
  await there.tellComment('/rollback')
  await there.quiet()
  const [back] = await there.deployments()
  expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', plan: { revision: first.revision, secrets: { path: secretsPath } } })
  expect(variables(there)).toMatchObject({ DB_PASSWORD: 'rotated' })
})

test.each<[what: string, files: () => Promise<Record<string, string | null>>, said: string]>([
  ['a file that is not there', async () => ({}), `${secretsPath}: the repository has no such file`],
  [
    'a file that is not encrypted',
    async () => ({ [secretsPath]: `DB_PASSWORD=${canary}\n` }),
    `${secretsPath}: this file is not encrypted`,
  ],
  [
    'an encrypted file as env',
    async () => ({ ...(await withSecrets({ A: 'x' })), [env]: await encrypted({ A: 'x' }) }),
    `${env}: this file is encrypted`,
  ],
  [
    'a name in both files',
    async () => withSecrets({ DB_PASSWORD: 'x' }, `DB_PASSWORD=${canary}\n`),
    `${env}: DB_PASSWORD: DB_PASSWORD is in ${secretsPath} as well`,
  ],
  [
    "another environment's file",
    async () => ({ [secretsPath]: await encrypted({ DB_PASSWORD: 'x' }, 'staging') }),
    'it is encrypted for age1acmeshopstaging, and not for',
  ],
  [
    'a value changed by hand',
    async () => ({ [secretsPath]: (await encrypted({ DB_PASSWORD: 'x' })).replace(/^(DB_PASSWORD=).*$/m, `$1${canary}`) }),
    `${secretsPath}:1:13: DB_PASSWORD: this value is not encrypted`,
  ],
])('%s is refused before any host is touched', async (_what, files, said) => {
  const there = await town()
  const { state, reason } = await there.deploy({ [env]: 'MODE=fast\n', ...(await files()) })
  expect([state, reason?.code]).toEqual(['rejected', 'configuration-invalid'])
  expect(reason?.evidence.problems).toContain(said)
  expect(there.host().releases.size).toBe(0)
  expect(await everythingSaid(there)).not.toContain(canary)
})
