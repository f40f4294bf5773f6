import { describe, expect, test } from 'vitest'
import { composeYml, landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'
import { newestOf, running, say } from './gated.ts'

const strict = landfallYml({ gates: 'approve: { count: 1 }' })

/** A town in which a release runs that was approved, after one that nobody was asked about. */
async function gated() {
  const town = await openTown()
  const old = await town.deploy()
  const asked = town.commit({ '.github/landfall.yml': strict })
  await town.tellPush(asked)
  await town.pass(20)
  await say(town, '/approve')
  await town.quiet()
  expect(running(town)).toBe(asked)
  return { town, old: old.revision ?? '', asked }
}

describe('a rule that holds is not loosened', () => {
  const loosened = async (town: Town) => {
    const revision = town.commit({ '.github/landfall.yml': landfallYml() })
    await town.tellPush(revision)
    await town.pass(60)
    return revision
  }

  test('by going back to a release from before it', async () => {
    const { town, old } = await gated()
    await say(town, '/rollback')
    await town.quiet()
    expect(running(town)).toBe(old)
    const sneaky = await loosened(town)
    expect((await newestOf(town)).reason?.code).toBe('approval-missing')
    expect(running(town)).not.toBe(sneaky)
  })

  test('by deploying an older commit that somebody agreed to', async () => {
    const { town, old } = await gated()
    await say(town, `/deploy production ${old.slice(0, 10)}`)
    await say(town, '/approve')
    await town.quiet()
    expect(running(town)).toBe(old)
    const sneaky = await loosened(town)
    expect(running(town)).not.toBe(sneaky)
  })
})

describe('what waits', () => {
  test('keeps its turn where somebody names a commit that is refused', async () => {
    const town = await openTown()
    await town.deploy()
    const bad = await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    const wanted = town.commit({ '.github/landfall.yml': strict })
    await town.tellPush(wanted)
    await town.pass(20)
    expect(await say(town, `/deploy production ${bad.revision?.slice(0, 10)}`)).toContain('--again')
    expect(await say(town, '/approve')).toContain('is approved')
    await town.quiet()
    expect(running(town)).toBe(wanted)
  })

  test('and was rejected is not said to be approved', async () => {
    const { town } = await gated()
    await town.tellPush(town.commit())
    await town.pass(20)
    town.github.roles.peter = 'write'
    await Promise.all([
      town.tellComment('/reject production a bad idea', { actor: 'lisa' }),
      town.tellComment('/approve production', { actor: 'peter' }),
    ])
    await town.pass(60)
    expect((await newestOf(town)).state).toBe('rejected')
    expect(town.github.comments.at(-1)?.body).not.toContain('is approved')
  })

  test('costs no archive of the repository while nothing changes', async () => {
    const { town } = await gated()
    await town.tellPush(town.commit())
    await town.pass(20)
    const before = town.github.calls.filter((call) => call === 'snapshot').length
    await town.pass(1800)
    expect(town.github.calls.filter((call) => call === 'snapshot')).toHaveLength(before)
  })
})

describe('a commit that somebody names', () => {
  test('tells no channel that the head does not name', async () => {
    const town = await openTown()
    town.operator = { ...town.operator, chat: { ...town.operator.chat, victims: { kind: 'slack', url: { env: 'V' } } } }
    await town.deploy()
    const evil = town.commit({ '.github/landfall.yml': landfallYml().replace('slack:deploys', 'slack:victims') })
    await town.deploy({ '.github/landfall.yml': landfallYml() })
    await say(town, `/deploy production ${evil.slice(0, 10)}`)
    await town.quiet()
    expect(await newestOf(town)).toMatchObject({ revision: evil, state: 'succeeded', plan: { notify: ['slack:deploys'] } })
  })

  test('is refused where the project has another name since', async () => {
    const town = await openTown()
    for (const grant of town.operator.repositories) grant.projects = ['shop', 'api']
    const old = await town.deploy()
    await town.deploy({ '.github/landfall.yml': landfallYml().replace('project: shop', 'project: api') })
    await say(town, `/deploy production ${old.revision?.slice(0, 10)}`)
    await town.quiet()
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'project-differs' } })
  })

  test('brings no image that the environment before never verified, whatever the head calls its images', async () => {
    const worker = 'registry.example.com/acme/worker'
    const town = await openTown({ hosts: ['web-1', 'staging-1'], follows: ['web-1'], staging: ['staging-1'] })
    await town.deploy()
    const file = landfallYml({ staging: ['staging-1'], gates: 'after: staging' })
    const both = file.replace(`{ repository: ${shopImage} } }`, `{ repository: ${shopImage} }, worker: { repository: ${worker} } }`)
    const first = town.commit({ '.github/landfall.yml': both, 'compose.yml': `${composeYml}  worker:\n    image: ${worker}:\${TAG}\n` })
    town.registry.push(worker, first, { version: first })
    await town.tellPush(first)
    await town.quiet()
    await town.deploy({ '.github/landfall.yml': file, 'compose.yml': composeYml })
    town.registry.push(worker, first, { version: 'something nobody saw' })
    await say(town, `/deploy production ${first.slice(0, 10)}`)
    await town.quiet()
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'promotion-missing', evidence: { image: 'worker' } } })
  })
})

describe('what was rolled back stays away', () => {
  test('also after an older commit was brought', async () => {
    const town = await openTown()
    const first = await town.deploy()
    await town.deploy()
    const bad = await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    await say(town, `/deploy production ${first.revision?.slice(0, 10)}`)
    await town.quiet()
    await town.tellPush(bad.revision ?? '', { forced: true })
    await town.quiet()
    expect(running(town)).toBe(first.revision)
  })

  test('also after a newer one that came to no host', async () => {
    const town = await openTown({ imageWithin: '10s' })
    const first = await town.deploy()
    const bad = await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    const never = town.commit({}, { build: false })
    await town.tellPush(never)
    await town.quiet()
    town.github.branches.set('main', bad.revision ?? '')
    await town.tellPush(bad.revision ?? '', { before: never, forced: true })
    await town.quiet()
    expect(running(town)).toBe(first.revision)
  })
})

test('a look at tags that fails changes nothing on hosts', async () => {
  const town = await openTown()
  await town.deploy()
  const revision = town.commit()
  const { resolve } = town.registry
  let looks = 0
  town.registry.resolve = async (repository, tag) => {
    if (tag === revision && ++looks > 1) throw new Error('the command that gets a token failed')
    return resolve.call(town.registry, repository, tag)
  }
  const before = town.host().heard.length
  await town.tellPush(revision)
  await town.quiet()
  expect((await newestOf(town)).state).toBe('succeeded')
  expect(
    town
      .host()
      .heard.slice(before)
      .filter((said) => said.startsWith('switch')),
  ).toHaveLength(1)
})

describe('a file that cannot be used', () => {
  test('keeps nobody from going back, holding or looking', async () => {
    const town = await openTown()
    const good = await town.deploy()
    await town.deploy()
    await town.tellPush(town.commit({ '.github/landfall.yml': 'version: 2\n' }))
    await town.pass(20)
    expect(await say(town, '/status')).toContain('production')
    expect(await say(town, '/lock production the file is broken')).toContain('is locked')
    await say(town, '/rollback production')
    await town.quiet()
    expect(running(town)).toBe(good.revision)
    expect(await say(town, '/deploy production')).toContain('cannot be used')
  })
})

describe('an approval in a merged pull request', () => {
  const merge = (town: Town, number: number, revision: string) => {
    town.github.merged.set(revision, number)
    town.github.pulls.set(number, {
      ...{ number, title: 'A change', author: 'mona', bot: false, fork: false, state: 'closed', draft: false, labels: [] },
      head: { branch: `change-${number}`, sha: revision, repository: 'acme/shop' },
      base: { branch: 'main' },
      merged: { commit: revision, by: 'otto' },
    })
  }

  test('is not for what another one brought', async () => {
    const { town } = await gated()
    const [first, second] = [town.commit(), town.commit()]
    merge(town, 4, first)
    merge(town, 5, second)
    await town.tellPush(second)
    await town.pass(20)
    town.github.roles.lisa = 'write'
    const before = town.github.comments.length
    for (const issue of [4, 5]) {
      await town.tellComment('/approve production', { actor: 'lisa', comment: { id: 900 + issue, issue } })
      await town.pass(15)
    }
    const answers = town.github.comments.slice(before).map(({ body }) => body)
    expect(answers[0]).toContain('approve it there')
    expect(answers[1]).toContain('is approved')
    await town.quiet()
    expect(running(town)).toBe(second)
  })

  const pressed = async (pushedBy: string | undefined) => {
    const town = await openTown()
    await town.deploy()
    const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates: 'approve: { not-author: true }' }) })
    merge(town, 4, revision)
    town.github.moved.push({ branch: 'main', after: revision, by: 'otto', kind: 'merge' })
    if (pushedBy) town.github.moved.push({ branch: 'change-4', after: revision, by: pushedBy, kind: 'push' })
    town.github.calls.length = 0
    await town.tellPush(revision, { actor: 'otto' })
    await town.pass(20)
    return { town, revision }
  }

  test('may be of whoever pressed the button for somebody else, where GitHub tells who pushed what was merged', async () => {
    const { town, revision } = await pressed('mona')
    expect(await say(town, '/approve', 'otto')).toContain('is approved')
    await town.quiet()
    expect(running(town)).toBe(revision)
  })

  test.each([
    ['nobody knows who pushed', undefined],
    ['they pushed in another’s name', 'otto'],
  ])('may not where %s', async (_why, pushedBy) => {
    const { town, revision } = await pressed(pushedBy)
    expect(await say(town, '/approve', 'otto')).toContain('they pushed last')
    await town.pass(20)
    expect(running(town)).not.toBe(revision)
  })
})
