import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseProjectFile } from '../../src/config/project-file.ts'
import { listSecrets } from '../../src/flow/list-secrets.ts'
import { proposeSecret, type SecretWanted } from '../../src/flow/propose-secret.ts'
import { readSecrets } from '../../src/flow/secret-file.ts'
import { repository } from '../support/builders.ts'
import { FakeGitHub } from '../support/fake-github.ts'
import { fakeIdentities } from '../support/fake-identities.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { shopFiles } from '../support/shop.ts'

const path = 'deploy/production.secrets.env'
const project = '.github/landfall.yml'
const canary = 'correct-horse-battery'

function begin(files: Record<string, string> = {}) {
  const github = new FakeGitHub()
  github.commit('main', { ...shopFiles({}), ...files })
  const ports = { github, identities: fakeIdentities, clock: new ManualClock(), randomBytes }
  const ask = (change: Partial<SecretWanted> = {}) =>
    proposeSecret({ environment: 'production', edit: { kind: 'set', name: 'TOKEN', value: canary }, user: 'mona', ...change }, ports)
  const head = () => github.branches.get(github.opened[0]?.head ?? '') ?? ''
  const filesOf = (sha: string) => github.commits.get(sha)?.files ?? {}
  const secretsAt = async (sha: string) => {
    const read = await readSecrets(filesOf(sha)[path] ?? '', path, await fakeIdentities.of('acme/shop', 'production'))
    return read.kind === 'ok' ? Object.fromEntries(read.value) : read.problems
  }
  /** As GitHub shows the pull request from then on. */
  const show = () =>
    github.pulls.set(101, {
      ...{ number: 101, title: '', author: 'landfall[bot]', bot: true, fork: false, state: 'open', draft: false, labels: [] },
      head: { branch: github.opened[0]?.head ?? '', sha: head(), repository: 'acme/shop' },
      base: { branch: 'main' },
    })
  return { github, ports, ask, head, filesOf, secretsAt, show }
}

test('a pull request holds the value encrypted, and names the file where it was not named', async () => {
  const { github, ask, head, filesOf, secretsAt } = begin()
  expect(await ask()).toEqual({ kind: 'proposed', repository, number: 101, path })
  const main = github.branches.get('main') ?? ''
  expect(github.opened).toMatchObject([
    { head: `landfall/secrets/production/${main.slice(0, 7)}`, base: 'main', title: 'Set TOKEN of production' },
  ])
  expect(github.commits.get(head())?.parents).toEqual([main])
  expect(await secretsAt(head())).toEqual({ TOKEN: canary })
  const parsed = parseProjectFile(filesOf(head())[project] ?? '', project, 'shop')
  expect(parsed.kind === 'ok' && parsed.value.environments.production?.secrets).toBe(path)
  expect(Object.keys(filesOf(head())).length).toBe(Object.keys(filesOf(main)).length + 1)
  expect(JSON.stringify([...github.commits.values(), github.opened])).not.toContain(canary)
})

test('a new file can be for others too; whoever joins later takes somebody who can read it', async () => {
  const { ask, head, filesOf, show } = begin()
  expect(await ask({ also: ['me'] })).toMatchObject({ kind: 'refused', why: `${path}: there is a recipient that is none` })
  await ask({ also: ['age1mine'] })
  expect(filesOf(head())[path]).toMatch(/list_0__map_recipient=age1acmeshopproduction\n[\s\S]*list_1__map_recipient=age1mine\n/)
  show()
  expect(await ask({ also: ['age1other'] })).toMatchObject({ kind: 'refused', why: `${path}: the file is there already` })
})

test('further changes join the pull request that is open, and another one may leave it', async () => {
  const { github, ask, head, secretsAt, show } = begin()
  await ask()
  show()
  expect(await ask({ edit: { kind: 'set', name: 'OTHER', value: 'x' } })).toMatchObject({ kind: 'proposed', number: 101 })
  expect(await secretsAt(head())).toEqual({ TOKEN: canary, OTHER: 'x' })
  show()
  await ask({ edit: { kind: 'remove', name: 'TOKEN' } })
  expect(await secretsAt(head())).toEqual({ OTHER: 'x' })
  expect(github.opened).toHaveLength(1)
  expect(github.branches.size).toBe(2)
})

test('where the line cannot be put in safely, it is told, in the pull request too', async () => {
  const shared = 'version: 1\nenvironments: { staging: { branch: &b main, hosts: [b] }, production: { branch: *b, hosts: [a] } }\n'
  const { github, ask, filesOf, head } = begin({ [project]: shared })
  expect(await ask()).toMatchObject({ kind: 'proposed', add: { file: project, line: `secrets: ${path}` } })
  expect(filesOf(head())[project]).toBe(shared)
  expect(github.opened[0]?.body).toContain(`add \`secrets: ${path}\` to the environment production`)
})

test.each<[what: string, change: Partial<SecretWanted>, files: Record<string, string>, why: string]>([
  ['an environment that is not there', { environment: 'staging' }, {}, 'there is no environment staging on main'],
  ['a repository the App is not on', { repository: 'acme/other' }, {}, 'the App is not installed on acme/other'],
  [
    'a file for somebody else',
    {},
    {
      [path]:
        'A=\nsops_age__list_0__map_enc=x\nsops_age__list_0__map_recipient=age1other\nsops_lastmodified=2026-01-01T00:00:00Z\nsops_mac=x\n',
    },
    'it is encrypted for age1other, and not for this environment',
  ],
  ['a file that is not encrypted', {}, { [path]: 'A=1\n' }, 'this file is not encrypted'],
  ['removing from nothing', { edit: { kind: 'remove', name: 'A' } }, {}, 'there is no such file yet'],
  [
    'a name that steers Compose',
    { edit: { kind: 'set', name: 'COMPOSE_FILE', value: 'x' } },
    {},
    'COMPOSE_FILE is not for the environment to set',
  ],
  ['a value no environment can hold', { edit: { kind: 'set', name: 'A', value: 'a\0b' } }, {}, 'A holds a NUL byte'],
])('%s is refused, and nothing is written', async (_what, change, files, why) => {
  const { github, ask } = begin(files)
  const before = github.commits.size
  const outcome = await ask(change)
  expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) })
  expect([github.commits.size, github.opened]).toEqual([before, []])
})

test('of several repositories one has to be named', async () => {
  const { github, ask } = begin()
  github.installed = [...github.installed, { repository: { ...repository, name: 'other' }, defaultBranch: 'main' }]
  expect(await ask()).toMatchObject({ kind: 'refused', why: 'the App is installed on several repositories' })
  expect(await ask({ repository: 'ACME/shop' })).toMatchObject({ kind: 'proposed' })
})

test('names are listed with the age of their file, and nothing is decrypted', async () => {
  const { github, ports, ask, head, filesOf } = begin()
  expect(await listSecrets({ environment: 'production' }, ports, undefined)).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('no such file'),
  })
  await ask()
  github.commit('main', filesOf(head()))
  const changedAt = `${ports.clock.now().toISOString().slice(0, 19)}Z`
  expect(await listSecrets({ environment: 'production' }, ports, undefined)).toEqual({ kind: 'listed', path, names: ['TOKEN'], changedAt })
  const ages = { project: 'shop', notify: [], keys: [{ name: 'TOKEN', fingerprint: 'f', since: changedAt }] }
  const known = { of: async (of: string, environment: string) => (`${of} ${environment}` === 'acme/shop production' ? ages : undefined) }
  expect(await listSecrets({ environment: 'production' }, ports, known)).toMatchObject({ ages: [{ name: 'TOKEN', since: changedAt }] })
})
