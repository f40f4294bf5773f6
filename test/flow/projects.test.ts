import { describe, expect, test } from 'vitest'
import { openTown, type Town } from '../support/town.ts'

const apiFile = '.github/landfall/api.yml'
const apiImage = 'registry.example.com/acme/api'

const apiYml = (environments = 'api: { branch: main, hosts: [web-2] }') => `version: 1
compose: [api/compose.yml]
images: { api: { repository: ${apiImage} } }
paths: { only: [api/**] }
environments: { ${environments} }
`

/** A town whose repository has a second project beside the shop, both deployed. */
async function monorepo({ sweeps = false, environments }: { sweeps?: boolean; environments?: string } = {}): Promise<Town> {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'], sweeps })
  const repositories = town.operator.repositories.map((granted) => ({ ...granted, projects: ['*'] }))
  town.operator = { ...town.operator, repositories }
  await push(town, { [apiFile]: apiYml(environments), 'api/compose.yml': `services: { api: { image: "${apiImage}:\${TAG}" } }\n` })
  return town
}

/** Pushes, with images of both projects, and lets it settle; resolves to the commit. */
async function push(town: Town, files: Record<string, string | null>, branch = 'main'): Promise<string> {
  const sha = town.github.commit(branch, files)
  town.build(sha)
  town.registry.push(apiImage, sha, { version: sha })
  await town.tellPush(sha, { ref: `refs/heads/${branch}` })
  await town.quiet()
  return sha
}

const deployed = async (town: Town, sha: string) =>
  (await town.deployments()).flatMap(({ environment, project, revision, state }) =>
    revision === sha ? [[environment, project, state]] : [],
  )

const checks = (town: Town, sha: string) =>
  town.github.checkRuns.filter(({ revision, name }) => revision === sha && name.includes('configuration'))

describe('several projects in one repository', () => {
  test('are deployed side by side, each under its own name', async () => {
    const town = await monorepo()
    const sha = await push(town, { 'api/index.ts': 'new' })
    expect(await deployed(town, sha)).toEqual([
      ['api', 'shop-api', 'succeeded'],
      ['production', 'shop', 'succeeded'],
    ])
    expect(town.host('web-2').container('api')?.image.behaviour.version).toBe(sha)
    for (const environment of ['api', 'production'])
      expect(town.github.statusesOf(sha, `landfall/${environment}`).at(-1)?.[0]).toBe('success')
  })

  test('go by what concerns each of them', async () => {
    const town = await monorepo()
    expect(await deployed(town, await push(town, { 'shop.ts': 'new' }))).toEqual([['production', 'shop', 'succeeded']])
    expect(await deployed(town, await push(town, { [apiFile]: `${apiYml()}# a word\n` }))).toHaveLength(2)
  })

  test('are found by sweeps on the branches that each of them follows', async () => {
    const town = await monorepo({ sweeps: true, environments: 'api: { branch: next, hosts: [web-2] }' })
    await town.pass(70)
    town.github.branches.set('next', town.github.branches.get('main') ?? '')
    const sha = town.github.commit('next', { 'api/index.ts': 'new' })
    town.registry.push(apiImage, sha, { version: sha })
    await town.until(async () => (await deployed(town, sha)).length > 0, 75)
    expect(await deployed(town, sha)).toMatchObject([['api', 'shop-api', expect.any(String)]])
  })
})

describe('a broken file', () => {
  test('is told of at its commit, and keeps no other project from being deployed', async () => {
    const town = await monorepo()
    town.github.merged.set(town.github.branches.get('main') ?? '', 12)
    const sha = await push(town, { [apiFile]: 'version: 1\nenvironments: {}\n' })
    expect(await deployed(town, sha)).toEqual([['production', 'shop', 'succeeded']])
    expect(checks(town, sha)).toMatchObject([{ state: 'failure', title: expect.stringContaining(`${apiFile}:2`) }])
    expect(checks(town, sha)[0]?.summary).toContain('the others go their way')
    expect(await deployed(town, await push(town, { [apiFile]: apiYml() }))).toHaveLength(2)
  })

  test('that takes an environment of another project leaves both alone', async () => {
    const town = await monorepo()
    const sha = await push(town, { [apiFile]: apiYml('production: { branch: main, hosts: [web-2] }') })
    expect(await deployed(town, sha)).toEqual([])
    const [check] = checks(town, sha)
    expect(check?.summary).toContain('.github/landfall.yml:8:3')
    expect(check?.annotations.map(({ path }) => path)).toEqual(['.github/landfall.yml', apiFile])
  })

  test('is where the refusal of a host is told', async () => {
    const town = await monorepo()
    const sha = await push(town, { [apiFile]: apiYml('api: { branch: main, hosts: [someone-elses] }') })
    const refused = (await town.deployments()).find(({ environment, revision }) => environment === 'api' && revision === sha)
    expect(refused).toMatchObject({ state: 'rejected', reason: { code: 'not-allowed' } })
    expect(refused?.reason?.evidence.problems).toContain(`${apiFile}:5:46: environments.api.hosts[0]: unknown host`)
  })
})

describe('commands', () => {
  async function say(town: Town, body: string): Promise<string> {
    const before = town.github.comments.length
    await town.tellComment(body)
    await town.quiet()
    return town.github.comments[before]?.body ?? ''
  }

  test('know the environments of all projects', async () => {
    const town = await monorepo()
    const first = town.host('web-2').container('api')?.image.behaviour.version
    const second = await push(town, { 'api/index.ts': 'new' })
    expect(await say(town, '/rollback')).toContain('there are production, api')
    await say(town, '/rollback api')
    expect(town.host('web-2').container('api')?.image.behaviour.version).toBe(first)
    expect(town.host('web-1').container('web')?.image.behaviour.version).toBe(second)
    expect(await town.newest()).toMatchObject({ kind: 'rollback', environment: 'api', project: 'shop-api' })
    expect(await say(town, '/status')).toMatch(/production[\s\S]*api/)
  })

  test('mean no environment that is not named while a file is broken: it may have others', async () => {
    const town = await monorepo()
    const second = await push(town, { [apiFile]: '{', 'shop.ts': 'new' })
    expect(await say(town, '/deploy')).toContain(apiFile)
    expect(await say(town, '/rollback')).toContain('there are production, api')
    expect(town.host('web-1').container('web')?.image.behaviour.version).toBe(second)
    await say(town, '/rollback production')
    expect(await town.newest()).toMatchObject({ kind: 'rollback', environment: 'production', state: 'succeeded' })
    expect(await say(town, '/help')).toContain('production')
  })

  test('take back what a broken file had deployed, since that needs no file', async () => {
    const town = await monorepo()
    const first = town.host('web-2').container('api')?.image.behaviour.version
    await push(town, { 'api/index.ts': 'new' })
    await push(town, { [apiFile]: '{' })
    await say(town, '/rollback api')
    expect(town.host('web-2').container('api')?.image.behaviour.version).toBe(first)
    expect(await say(town, '/retry api')).toContain(apiFile)
  })
})
