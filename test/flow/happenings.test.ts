import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { ButtonPressed, PullRequestFacts } from '../../src/flow/ports.ts'
import { sha } from '../support/builders.ts'
import { openTown, type Town } from '../support/town.ts'

/** A town in which the newest commit waits for its image. */
async function waiting(): Promise<{ town: Town; deployment: Deployment; revision: string }> {
  const town = await openTown()
  await town.deploy()
  const revision = town.commit({}, { build: false })
  await town.tellPush(revision)
  await town.reaches('waiting')
  await town.pass(1)
  return { town, deployment: await town.newest(), revision }
}

/** How often the registry was asked for a commit's image. */
const looks = (town: Town, revision: string) => town.registry.asked.filter(({ name }) => name.includes(revision)).length

const button = (deployment: Deployment, identifier: string, shown = 'waits'): Omit<ButtonPressed, 'repository' | 'delivery' | 'actor'> => ({
  kind: 'button',
  bot: false,
  identifier,
  check: { id: 7, name: 'landfall/production', revision: deployment.revision ?? '', externalId: deployment.id, shown },
})

/** What became of the commands that buttons gave, oldest first. */
const commands = (town: Town) => town.log.saying('intent stored').flatMap(({ kind, answer }) => (kind === 'command' ? [answer] : []))

describe('what waits looks again at once', () => {
  test.each<[what: string, happening: (revision: string) => Parameters<Town['tellOf']>[0]]>([
    ['when checks of its commit have ended', (revision) => ({ kind: 'checks', revision })],
    ['when an image was pushed', () => ({ kind: 'image', name: 'acme/shop' })],
  ])('%s', async (_what, happening) => {
    const { town, revision } = await waiting()
    const before = looks(town, revision)
    await town.tellOf(happening(revision))
    await town.pass(0.5)
    expect(looks(town, revision)).toBe(before + 1)
  })

  test('but not for checks of other commits, nor of repositories the operator does not serve', async () => {
    const { town, revision } = await waiting()
    const before = looks(town, revision)
    await town.tellOf({ kind: 'checks', revision: sha('f') })
    await town.tellOf({ kind: 'checks', revision }, { repository: { owner: 'somebody', name: 'else', installation: 1 } })
    await town.pass(0.5)
    expect(looks(town, revision)).toBe(before)
  })
})

describe('a lock that was set in a pull request', () => {
  const pull: PullRequestFacts = {
    ...{ number: 12, title: 'A change', author: 'lisa', bot: false, fork: false, state: 'open', draft: false, labels: [] },
    head: { branch: 'change', sha: sha('c'), repository: 'acme/shop' },
    base: { branch: 'main' },
  }
  const closing = { kind: 'pull-request', head: sha('c'), base: 'main', fork: false } as const

  /** A town in which a lock of pull request 12 holds back what was merged. */
  async function locked(): Promise<Town> {
    const town = await openTown()
    await town.deploy()
    town.github.roles.lisa = 'write'
    town.github.pulls.set(12, pull)
    town.github.branches.set('change', town.commit())
    await town.tellComment('/lock', { actor: 'lisa' })
    await town.pass(15)
    await town.tellPush(town.commit())
    await town.reaches('waiting')
    return town
  }

  test.each(['closed', 'merged'] as const)('ends when that is %s, and what waited goes on', async (action) => {
    const town = await locked()
    town.github.pulls.set(12, { ...pull, state: 'closed' })
    await town.tellOf({ ...closing, action, number: 12 })
    await town.reaches('succeeded', 15)
    expect(await town.store.locks.of('acme/shop')).toEqual([])
  })

  test('ends when its branch is deleted', async () => {
    const town = await locked()
    town.github.branches.delete('change')
    await town.tellOf({ kind: 'branch-deleted', branch: 'change' })
    await town.reaches('succeeded', 15)
  })

  test('ends also where GitHub shows the pull request open for a moment longer', async () => {
    const town = await locked()
    await town.tellOf({ ...closing, action: 'closed', number: 12 })
    await town.pass(1)
    town.github.pulls.set(12, { ...pull, state: 'closed' })
    await town.reaches('succeeded', 15)
  })

  test('stays when another is closed, when it is open again, and when another branch goes', async () => {
    const town = await locked()
    await town.tellOf({ ...closing, action: 'closed', number: 13 })
    await town.tellOf({ ...closing, action: 'closed', number: 12 })
    await town.tellOf({ kind: 'branch-deleted', branch: 'other' })
    await town.pass(30)
    expect(await town.store.locks.of('acme/shop')).toMatchObject([{ pullRequest: 12 }])
  })
})

describe('a button', () => {
  test('gives its command, for the deployment it stands beside', async () => {
    const { town, deployment } = await waiting()
    await town.tellOf(button(deployment, 'cancel'))
    await town.reaches('cancelled', 5)
    expect(await town.newest()).toMatchObject({ id: deployment.id, reason: { code: 'cancelled-by', evidence: { person: 'mona' } } })
  })

  test('is obeyed only for somebody who may give the command', async () => {
    const { town, deployment } = await waiting()
    town.github.roles.stranger = 'read'
    await town.tellOf(button(deployment, 'cancel'), { actor: 'stranger' })
    await town.pass(15)
    expect(await town.newest()).toMatchObject({ state: 'waiting' })
    expect(await town.record(deployment.id)).toContainEqual(expect.stringContaining('/cancel of stranger was refused'))
  })

  test('pressed twice is one wish; pressed again after that came to something, another', async () => {
    const { town, deployment } = await waiting()
    await town.reaches('failed', 3600)
    await town.tellOf(button(deployment, 'retry'))
    await town.tellOf(button(deployment, 'retry'))
    expect(commands(town)).toEqual(['accepted', 'known'])
    await town.until(async () => (await town.newest()).id !== deployment.id)
    await town.tellOf(button(deployment, 'retry'))
    expect(commands(town)).toEqual(['accepted', 'known', 'accepted'])
  })

  test('pressed by two people, or for what was shown anew, is a wish of each', async () => {
    const { town, deployment } = await waiting()
    await town.tellOf(button(deployment, 'approve'))
    await town.tellOf(button(deployment, 'approve'), { actor: 'lisa' })
    await town.tellOf(button(deployment, 'approve', 'waits with other digests'))
    expect(commands(town)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  test.each<[which: string, change: (pressed: ReturnType<typeof button>) => ReturnType<typeof button>]>([
    ['pressed by a bot', (pressed) => ({ ...pressed, bot: true })],
    ['of a name that is no command', (pressed) => ({ ...pressed, identifier: 'deploy' })],
    ['beside no deployment there is', (pressed) => ({ ...pressed, check: { ...pressed.check, externalId: 'unknown' } })],
  ])('%s does nothing', async (_which, change) => {
    const { town, deployment } = await waiting()
    await town.tellOf(change(button(deployment, 'cancel')))
    await town.pass(15)
    expect(await town.newest()).toMatchObject({ state: 'waiting' })
    expect(commands(town)).toEqual([])
  })
})
