import { describe, expect, test } from 'vitest'
import type { SourcesRule } from '../../src/domain/configuration.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { Secret } from '../../src/domain/secret.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const path = '.github/landfall.yml'
/** The shop's file, whose production follows this. */
const file = (source: string, more: Parameters<typeof landfallYml>[0] = {}) =>
  landfallYml(more).replace('production: { branch: main', `production: { ${source}`)

/** A commit on a branch that is made from main where there is none, of which GitHub tells. */
async function push(town: Town, branch: string, files: Record<string, string>): Promise<Sha> {
  if (!town.github.branches.has(branch)) town.github.branches.set(branch, town.github.branches.get('main') ?? '')
  const sha = town.github.commit(branch, files)
  town.build(sha)
  await town.tellPush(sha, { ref: `refs/heads/${branch}` })
  await town.quiet()
  return sha
}

async function pushTag(town: Town, name: string, commit: Sha): Promise<void> {
  town.github.tagged = [...town.github.tagged, { name, object: commit }]
  await town.tellPush(commit, { ref: `refs/tags/${name}`, before: '0'.repeat(40) })
  await town.quiet()
}

function require(town: Town, from: SourcesRule | undefined, environment = 'production'): void {
  const floor = from ? { [environment]: { from } } : {}
  town.operator = { ...town.operator, repositories: town.operator.repositories.map((rule) => ({ ...rule, require: floor })) }
}

const running = (town: Town) => town.host().container('web')?.image.behaviour.version
const outcome = async (town: Town, sha: Sha) => {
  const found = (await town.deployments()).find(({ revision }) => revision === sha)
  return [found?.state, found?.reason?.code]
}

describe('a branch whose own file claims an environment of another', () => {
  test('gets neither its hosts nor its secrets, and is told what to do', async () => {
    const town = await openTown()
    const first = await town.deploy()
    const asked: string[] = []
    const secrets = { production: { STOLEN: { env: 'STOLEN' } } }
    town.operator = { ...town.operator, repositories: town.operator.repositories.map((rule) => ({ ...rule, secrets })) }
    town.secrets = async (reference) => {
      asked.push(JSON.stringify(reference))
      return new Secret('correct-horse')
    }
    const sha = await push(town, 'x', { [path]: file('branch: x') })
    expect(await outcome(town, sha)).toEqual(['rejected', 'source-elsewhere'])
    expect([running(town), town.host().releases.has(2)]).toEqual([first.revision, false])
    expect(asked.filter((one) => one.includes('STOLEN'))).toEqual([])
    expect(town.github.statusesOf(sha).at(-1)).toEqual([
      'failure',
      'Refused: production follows branch main, as the default branch has it, and is not taken by branch x',
    ])
    // Nobody is disturbed in channels that an untrusted file names.
    expect(JSON.stringify(town.chat.said)).not.toContain('is not taken')
    expect((await town.deploy({ 'a.txt': 'a' })).state).toBe('succeeded')
  })

  test('may have it once the default branch says so', async () => {
    const town = await openTown()
    await town.deploy()
    const early = await push(town, 'x', { [path]: file('branch: x') })
    expect(await outcome(town, early)).toEqual(['rejected', 'source-elsewhere'])
    await town.tellPush(town.commit({ [path]: file('branch: x') }))
    await town.quiet()
    await town.tellComment('/retry')
    await town.quiet()
    expect(running(town)).toBe(early)
  })

  test('may have one that the default branch does not know', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
    await town.deploy()
    const sha = await push(town, 'next', { [path]: landfallYml({ staging: ['web-2'], stagingBranch: 'next' }) })
    expect(await outcome(town, sha)).toEqual(['succeeded', undefined])
  })

  test('does not have it while the file of the default branch that has it is broken, until it is mended there', async () => {
    const town = await openTown()
    await town.deploy()
    town.commit({ [path]: file('oops: 1, branch: next') })
    const sha = await push(town, 'next', { [path]: file('branch: next') })
    expect(await outcome(town, sha)).toEqual(['rejected', 'source-unknown'])
    town.commit({ [path]: file('branch: next') })
    await town.tellComment('/retry')
    await town.quiet()
    expect(running(town)).toBe(sha)
  })

  test('is refused in the plan of a pull request as well, and one into the default branch is not', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.branches.set('x', town.github.branches.get('main') ?? '')
    await openPull(town, { [path]: file('branch: x') }, { base: { branch: 'x' } })
    expect(newestComment(town)).toContain('is not taken by branch x')
    await town.store.seen.record('acme/shop', 'default branch', 'main')
    town.commit({ [path]: file('branch: x') })
    await openPull(town, { [path]: file('branch: main') }, { number: 13 })
    expect(newestComment(town)).not.toContain('refused')
  })
})

test('a push to the default branch asks GitHub for nothing more, one to another for files of the default branch', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'], staging: ['web-2'], stagingBranch: 'next', sweeps: true })
  await town.pass(70)
  const refs: (string | undefined)[] = []
  const read = town.github.file.bind(town.github)
  town.github.file = (repository, name, ref) => {
    refs.push(ref)
    return read(repository, name, ref)
  }
  const asked = async (branch: string) => {
    refs.length = 0
    const sha = branch === 'main' ? town.commit() : town.github.commit(branch, {})
    town.build(sha)
    await town.tellPush(sha, { ref: `refs/heads/${branch}` })
    await town.until(async () => (await outcome(town, sha))[0] === 'succeeded', 40)
    return [...new Set(refs)]
  }
  expect(await asked('main')).toEqual(['main'])
  town.github.branches.set('next', town.github.branches.get('main') ?? '')
  expect(await asked('next')).toEqual(['next', undefined])
})

describe('by the rule of the operator', () => {
  const only: SourcesRule = { branches: ['release/*'], tags: [] }

  test('a push from elsewhere is refused, and what may is named; gates and the default branch make no difference', async () => {
    const town = await openTown()
    require(town, { branches: ['release/*'], tags: ['v*'] })
    const { state, reason } = await town.deploy()
    expect([state, reason?.evidence]).toEqual([
      'rejected',
      { environment: 'production', from: 'branch main', allowed: 'branch release/*, tag v*' },
    ])
    expect(town.host().releases.size).toBe(0)
    require(town, { branches: ['main'], tags: [] })
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test('a commit that somebody names is refused as well, and so is trying again', async () => {
    const town = await openTown()
    const first = await town.deploy()
    const second = await town.deploy()
    require(town, only)
    for (const said of [`/deploy production ${first.revision?.slice(0, 10)}`, '/retry']) {
      await town.tellComment(said)
      await town.quiet()
      expect(await town.newest(), said).toMatchObject({ state: 'rejected', reason: { code: 'source-not-allowed' } })
    }
    expect(running(town)).toBe(second.revision)
  })

  test('a rollback brings what ran there before, wherever that came from', async () => {
    const town = await openTown()
    const first = await town.deploy()
    await town.deploy()
    require(town, only)
    await town.tellComment('/rollback')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision })
  })

  test('what waits is refused when the rule comes meanwhile', async () => {
    const town = await openTown({ gates: 'approve: { count: 1 }' })
    town.github.roles.lisa = 'write'
    await town.tellPush(town.commit())
    await town.reaches('waiting', 60)
    require(town, only)
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'rejected', reason: { code: 'source-not-allowed' } })
  })

  test('a tag of another pattern is refused, also where a comment names it, and a commit without one', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
    const demo = landfallYml().replace('notify:', '  demo: { tag: "*", hosts: [web-2], env: deploy/production.env }\nnotify:')
    await town.deploy({ [path]: demo })
    require(town, { branches: ['main'], tags: ['v*'] }, 'demo')
    const good = town.commit()
    await pushTag(town, 'v1', good)
    expect(await outcome(town, good)).toEqual(['succeeded', undefined])
    const bad = town.commit()
    await pushTag(town, 'nightly', bad)
    expect(await outcome(town, bad)).toEqual(['rejected', 'source-not-allowed'])
    for (const said of ['/deploy demo nightly', `/deploy demo ${bad.slice(0, 10)}`]) {
      await town.tellComment(said)
      await town.quiet()
      expect(await town.newest(), said).toMatchObject({ environment: 'demo', state: 'rejected', reason: { code: 'source-not-allowed' } })
    }
    expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(good)
  })

  test('what was verified before is promoted only from where the rule lets it come', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'], staging: ['web-2'], gates: 'after: staging' })
    require(town, only)
    await town.deploy()
    await town.tellComment('/promote production')
    await town.quiet()
    const there = (await town.deployments()).filter(({ environment }) => environment === 'production')
    expect(there.map(({ state, reason }) => [state, reason?.code])).toEqual(there.map(() => ['rejected', 'source-not-allowed']))
    expect(there.length).toBeGreaterThan(1)
    expect(town.host('web-2').releases.size).toBe(1)
  })

  test('what came by a tag is a tag still, once the file follows a branch', async () => {
    const town = await openTown()
    town.commit({ [path]: file('tag: "v*"') })
    const sha = town.commit({ 'a.txt': 'a' }, { behaviour: { answers: 500 } })
    await pushTag(town, 'v1', sha)
    expect((await outcome(town, sha))[0]).toBe('halted')
    require(town, { branches: ['main'], tags: [] })
    town.commit({ [path]: file('branch: main') })
    await town.tellComment('/retry production')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: sha, state: 'rejected', reason: { code: 'source-not-allowed' } })
  })

  test('the plan of a pull request says so', async () => {
    const town = await openTown()
    await town.deploy()
    require(town, only)
    await openPull(town, { 'a.txt': 'a' })
    expect(newestComment(town)).toContain('may not be deployed from branch main')
  })
})
