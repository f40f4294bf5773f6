import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { contractLabel } from '../../src/domain/one-off.ts'
import { remedyOf, sentenceOf } from '../../src/domain/reason.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { deployment, repository } from '../support/builders.ts'
import { openPull } from '../support/pull-requests.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'
import { newestOf, running, say } from './gated.ts'

const steps = (contract = '') => `before: [{ service: web, run: [bin/migrate]${contract} }]`
const gates = steps(', contract: ["db/contract/**"]')
const files = { 'db/contract/7.sql': 'drop column shoe_size;' }
const because = (...numbers: number[]) => ({ because: numbers.map((number) => `#${number} has the label ${contractLabel}`) })

interface Merging {
  into?: string
  labels?: string[]
  /** With one commit that has nothing of the branch's past. */
  squash?: boolean
}

/** Somebody merges a branch, with a pull request; GitHub tells nobody. */
function merge({ github }: Town, number: number, branch: string, { into = 'main', labels = [], squash = false }: Merging = {}): Sha {
  const head = github.branches.get(branch) ?? ''
  const change = { [`${number}.txt`]: 'merged' }
  const merged = squash ? github.commit(into, change) : github.merge(branch, into)
  github.merged.set(merged, number)
  github.pulls.set(number, {
    ...{ number, title: 'A change', author: 'mona', bot: false, fork: false, state: 'closed', draft: false, labels },
    ...{ merged: { commit: merged, by: 'mona' }, head: { branch, sha: head, repository: 'acme/shop' }, base: { branch: into } },
  })
  return merged
}

/** A branch with a commit of its own. */
function branch({ github }: Town, name: string, from = 'main'): string {
  github.branches.set(name, github.branches.get(from) ?? '')
  github.commit(name, { [`${name}.txt`]: name })
  return name
}

/** One with the label is merged. */
const labelled = (town: Town, number = 12, merging: Merging = {}) =>
  merge(town, number, branch(town, `change-${number}`, merging.into), { labels: [contractLabel], ...merging })

async function bring(town: Town, sha: Sha, ref = 'refs/heads/main'): Promise<Deployment> {
  town.build(sha)
  await town.tellPush(sha, { ref })
  await town.quiet()
  return newestOf(town)
}

/** So many attempts that came to nothing, as they are stored. */
async function attempts(town: Town, count: number): Promise<void> {
  const lease = await town.store.leases.claim('attempts', 'somebody', 60)
  if (!lease) throw new Error('somebody has the lease')
  const receivedAt = town.clock.now().toISOString()
  const ended = { intent: 'attempts', state: 'cancelled', finishedAt: receivedAt } as const
  const made = Array.from({ length: count }, (_, index) => deployment({ id: `attempt-${index}`, ...ended }))
  const intent = {
    id: 'attempts',
    key: 'attempts',
    kind: 'recovery',
    repository,
    actor: 'landfall',
    delivery: 'attempts',
    receivedAt,
  } as const
  await town.store.deployments.found({ intent, deployments: made, receipts: [], reports: [] }, lease)
}

describe('the label counts', () => {
  const open = async (contract?: string) => {
    const town = await openTown({ gates: steps(contract) })
    await town.deploy()
    return town
  }

  test('of what was merged before the newest commit, which alone was told of', async () => {
    const town = await open()
    labelled(town)
    merge(town, 13, branch(town, 'change-13'))
    expect((await town.deploy()).plan?.contract).toEqual(because(12))
    expect((await town.deploy()).plan?.contract).toBeUndefined()
  })

  test.each<[how: string, promote: (town: Town) => Sha]>([
    ['merged', (town) => merge(town, 20, 'develop')],
    ['squashed', (town) => merge(town, 20, 'develop', { squash: true })],
    ['squashed by way of another branch', (town) => viaStaging(town)],
    ['fast-forwarded', (town) => forward(town)],
  ])('of what came to another branch, which is %s then', async (_how, promote) => {
    const town = await open()
    town.github.branches.set('develop', town.github.branches.get('main') ?? '')
    town.github.branches.set('staging', town.github.branches.get('main') ?? '')
    labelled(town, 12, { into: 'develop', squash: true })
    expect((await bring(town, promote(town))).plan?.contract).toEqual(because(12))
    expect((await town.deploy()).plan?.contract).toBeUndefined()
  })

  function viaStaging(town: Town): Sha {
    merge(town, 20, 'develop', { into: 'staging', squash: true })
    return merge(town, 21, 'staging', { squash: true })
  }

  function forward({ github }: Town): Sha {
    const head = github.branches.get('develop') ?? ''
    github.branches.set('main', head)
    return head
  }

  test('of a part of what was rebased', async () => {
    const town = await open()
    branch(town, 'change-12')
    // GitHub says of each of the new commits which pull request it came by, and of that only the last.
    const first = town.commit({ 'change-12.txt': 'change-12' })
    town.github.merged.set(first, 12)
    merge(town, 12, 'change-12', { labels: [contractLabel], squash: true })
    await say(town, `/deploy production ${first}`)
    expect(await newestOf(town)).toMatchObject({ revision: first, state: 'succeeded', plan: { contract: because(12) } })
  })

  test('of what a tag brings', async () => {
    const town = await openTown()
    const file = landfallYml({ gates: steps() }).replace('branch: main', 'tag: "v*"')
    const tagged = (name: string, sha: Sha) => {
      town.github.tagged.push({ name, object: sha })
      return bring(town, sha, `refs/tags/${name}`)
    }
    expect((await tagged('v1', town.commit({ '.github/landfall.yml': file }))).state).toBe('succeeded')
    labelled(town)
    expect((await tagged('v2', town.commit())).plan?.contract).toEqual(because(12))
    // Nobody has merged this one.
    const { head } = await openPull(town, { 'a.txt': 'a' }, { number: 13, labels: [contractLabel] })
    expect((await tagged('v3', head.sha)).plan?.contract).toEqual(because(13))
  })

  test('again, after somebody went back over it', async () => {
    const town = await open()
    expect((await bring(town, labelled(town))).plan?.contract).toEqual(because(12))
    await say(town, '/rollback --over-contract')
    expect(await newestOf(town)).toMatchObject({ kind: 'rollback', state: 'succeeded' })
    expect((await town.deploy()).plan?.contract).toEqual(because(12))
  })

  test('however many attempts lie between', async () => {
    const town = await open()
    labelled(town)
    await attempts(town, 60)
    expect((await town.deploy()).plan?.contract).toEqual(because(12))
  })

  test('for granted where GitHub does not tell all commits, or all labels', async () => {
    const town = await open()
    labelled(town, 12, { into: branch(town, 'elsewhere') })
    const [last] = await town.deployments()
    const many = town.commit()
    const told = await town.github.changes(repository, last?.revision ?? '', many)
    if (!told) throw new Error('there is no way')
    town.github.compared.set(`${last?.revision}...${many}`, { ...told, ahead: 251 })
    const untold = `GitHub does not tell all commits that this brings, and some may have come with the label ${contractLabel}`
    expect((await bring(town, many)).plan?.contract).toEqual({ because: [untold] })
    expect((await town.deploy()).plan?.contract).toBeUndefined()
    town.github.mostLabelled = 1
    labelled(town, 13, { into: 'elsewhere' })
    const more = `there are more pull requests with the label ${contractLabel} than GitHub is asked for`
    expect((await town.deploy()).plan?.contract).toEqual({ because: [more] })
  })

  test('and costs one question where nothing has it, two where something has', async () => {
    const town = await open()
    const asked = async () => {
      const before = town.github.calls.length
      await town.deploy()
      return town.github.calls.slice(before).filter((call) => ['changes', 'labelledPulls', 'pullsBehind', 'pullRequest'].includes(call))
    }
    expect(await asked()).toEqual(['labelledPulls'])
    for (let number = 12; number < 15; number += 1) labelled(town, number)
    expect(await asked()).toEqual(['labelledPulls', 'changes'])
  })
})

describe('a change does not come without the rules that it takes away', () => {
  test.each([
    ['its patterns', steps()],
    ['all its steps', ''],
  ])('%s', async (_what, without) => {
    const town = await openTown({ gates })
    await town.deploy()
    const evading = await town.deploy({ ...files, '.github/landfall.yml': landfallYml({ gates: without }) })
    expect(evading.plan?.contract?.because).toEqual(['db/contract/7.sql changed'])
    expect((await town.deploy({ 'db/contract/8.sql': 'drop' })).plan?.contract).toBeUndefined()
  })

  test('its steps, with the label', async () => {
    const town = await openTown({ gates: steps() })
    await town.deploy()
    labelled(town)
    expect((await town.deploy({ '.github/landfall.yml': landfallYml() })).plan?.contract).toEqual(because(12))
  })

  test('nor after a rollback to a release that had them', async () => {
    const town = await openTown({ gates })
    await town.deploy()
    await town.deploy()
    await say(town, '/rollback')
    const evading = await town.deploy({ ...files, '.github/landfall.yml': landfallYml() })
    expect(evading.plan?.contract?.because).toEqual(['db/contract/7.sql changed'])
  })

  test('nobody can read the file of what runs: it is taken for granted', async () => {
    const town = await openTown({ gates })
    const first = await town.deploy()
    const next = town.commit()
    const commit = town.github.commits.get(first.revision ?? '')
    if (commit) delete commit.files['.github/landfall.yml']
    expect((await bring(town, next)).plan?.contract).toEqual({
      because: ['nobody can read what `contract` names at the commit that runs'],
    })
  })
})

describe('what GitHub knows no way to', () => {
  /** A release, one after it that nothing older fits, and a branch that was pushed by force and has only the first. */
  async function forced(change: Record<string, string> = {}) {
    const town = await openTown({ gates })
    const first = await town.deploy()
    const second = await town.deploy(files)
    town.github.branches.set('main', first.revision ?? '')
    return { town, first, second, sha: town.commit(change) }
  }

  test('is not brought, with what nobody knows and the way out', async () => {
    const { town, second, sha } = await forced()
    const refused = await bring(town, sha)
    expect([refused.state, refused.reason?.code, running(town)]).toEqual(['rejected', 'contract-unknown', second.revision])
    const marked = second.revision?.slice(0, 7)
    expect(refused.reason && sentenceOf(refused.reason)).toBe(
      `Nobody knows whether ${sha.slice(0, 7)} has what ${marked} changed in production, and nothing without that fits any more (db/contract/7.sql changed): GitHub knows no way from ${marked} to it, and db/contract/7.sql is not as it was there`,
    )
    expect(refused.reason && remedyOf(refused.reason)).toContain(`\`/deploy production ${sha.slice(0, 7)} --over-contract\``)
  })

  test('is brought by whoever says so, and what is built on it comes by itself', async () => {
    const { town, first, second, sha } = await forced()
    await bring(town, sha)
    await say(town, '/retry')
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'contract-unknown' } })
    await say(town, `/deploy production ${sha} --over-contract`)
    const brought = await newestOf(town)
    expect([brought.state, brought.actor, running(town)]).toEqual(['succeeded', 'lisa', sha])
    expect(await town.record(brought.id)).toContainEqual(expect.stringMatching(/^contract: goes all the same, as lisa says/))
    expect((await town.deploy()).state).toBe('succeeded')
    // It came after the mark and stayed; what was there before did not.
    await say(town, `/deploy production ${sha}`)
    expect(await newestOf(town)).toMatchObject({ state: 'succeeded', revision: sha })
    await say(town, `/deploy production ${first.revision}`)
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'contract-between' } })
    await say(town, `/rollback to ${first.revision?.slice(0, 10)}`)
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'contract-between' } })
    expect(second.state).toBe('succeeded')
  })

  test('is brought where it holds the very files that the mark is for', async () => {
    const { town, sha } = await forced(files)
    expect(await bring(town, sha)).toMatchObject({ state: 'succeeded', revision: sha })
  })

  test('is not brought where GitHub does not know the commit any more', async () => {
    const { town, second } = await forced(files)
    town.github.commits.delete(second.revision ?? '')
    const refused = await bring(town, town.commit())
    expect([refused.state, refused.reason?.code]).toEqual(['rejected', 'contract-unknown'])
    expect(refused.reason?.evidence.unknown).toContain('does not tell which files differ')
  })

  test('is not brought for the label, which names no files; what somebody brought all the same is built on', async () => {
    const town = await openTown({ gates: steps() })
    const first = await town.deploy()
    await bring(town, labelled(town))
    town.github.branches.set('main', first.revision ?? '')
    const sha = town.commit()
    expect(await bring(town, sha)).toMatchObject({ state: 'rejected', reason: { code: 'contract-unknown' } })
    await say(town, `/deploy production ${sha} --over-contract`)
    expect((await newestOf(town)).plan?.contract).toBeUndefined()
    expect((await town.deploy()).state).toBe('succeeded')
    await say(town, `/deploy production ${sha}`)
    expect(await newestOf(town)).toMatchObject({ state: 'succeeded', revision: sha })
  })

  test('is not brought for being built on what runs, where the step of the mark failed after that', async () => {
    const town = await openTown({ gates })
    const first = await town.deploy()
    expect((await town.deploy(files, { behaviour: { once: 1 } })).state).toBe('failed')
    town.github.branches.set('main', first.revision ?? '')
    expect(await bring(town, town.commit())).toMatchObject({ state: 'rejected', reason: { code: 'contract-unknown' } })
  })

  test('an older commit is refused however long ago the mark was', async () => {
    const town = await openTown({ gates })
    const first = await town.deploy()
    await town.deploy(files)
    await attempts(town, 60)
    await town.deploy()
    await say(town, `/deploy production ${first.revision}`)
    expect(await newestOf(town)).toMatchObject({
      state: 'rejected',
      reason: { code: 'contract-between', evidence: { deploy: first.revision?.slice(0, 7) } },
    })
  })
})
