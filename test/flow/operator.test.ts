import { expect, test } from 'vitest'
import type { RollbackTo } from '../../src/domain/command.ts'
import { askForRollback } from '../../src/flow/operate.ts'
import { type Seen, seeThrough } from '../../src/flow/see-through.ts'
import { httpError } from '../support/fake-github.ts'
import { Life } from '../support/mortal.ts'
import { openTown, type Town } from '../support/town.ts'

/** `landfall rollback` as a process of its own; it stays at the terminal until its end. */
async function operate(town: Town, to?: RollbackTo, wanted = { repository: 'acme/shop', environment: 'production' }) {
  const said: string[] = []
  const life = new Life()
  const enough = new AbortController()
  const ports = town.ports(life)
  const asked = await askForRollback({ ...wanted, user: 'root', ...(to && { to }) }, ports)
  if (asked.kind === 'refused') return { asked, said, ended: async () => Promise.reject(new Error(asked.reason.code)) }
  let opened = 0
  const seeing = {
    ...{ holder: 'operator', leaseSeconds: 30, enough: enough.signal },
    say: ({ step, host, text }: { step: string; host?: string; text: string }) =>
      void said.push(`${step}${host ? ` ${host}` : ''}: ${text}`),
    async outside() {
      opened += 1
      return ports
    },
  }
  let end: Seen | undefined
  const watched = seeThrough(asked.deployment, seeing, ports).then((seen) => {
    end = seen
  })
  return {
    asked,
    said,
    life,
    /** What it saw in the end, and how often it opened what the work needs. */
    async ended(seconds?: number): Promise<Seen & { opened: number }> {
      await town.until(() => end !== undefined, seconds)
      await watched
      if (!end) throw new Error('it has not ended')
      return { ...end, opened }
    },
  }
}

const running = (town: Town) => town.host().container('web')?.image.behaviour.version

async function withReleases(count: number, started = true) {
  const town = await openTown({ started: false })
  const landfall = await town.start({ sweepSeconds: 1 })
  const releases = []
  for (let release = 0; release < count; release += 1) releases.push(await town.deploy())
  if (!started) {
    landfall.kill()
    await town.pass(31)
  }
  return { town, landfall, releases }
}

test('a Landfall that serves does it, though nobody woke it, and asks GitHub for no role', async () => {
  const { town, releases } = await withReleases(2)
  town.github.roles.root = 'none'
  const { asked, said, ended } = await operate(town)
  expect(await ended(30)).toMatchObject({ deployment: { state: 'succeeded', revision: releases[0]?.revision }, here: false, opened: 0 })
  expect(await town.newest()).toMatchObject({ kind: 'rollback', actor: 'operator root' })
  expect(asked).toMatchObject({ kind: 'asked', already: false })
  expect(said.map((line) => line.split(':')[0])).toEqual(
    expect.arrayContaining(['plan', 'pull web-1', 'switch web-1', 'verify web-1', 'receipt']),
  )
  await town.quiet()
  expect(town.github.statusesOf(releases[1]?.revision ?? '').at(-1)?.[1]).toContain('Rolled back by operator root')
  expect(town.github.comments).toEqual([])
})

test('where none serves it is done here, under the same lease', async () => {
  const { town, releases } = await withReleases(2, false)
  const { ended } = await operate(town)
  expect(await ended(60)).toMatchObject({ deployment: { state: 'succeeded', revision: releases[0]?.revision }, here: true, opened: 1 })
  expect(running(town)).toBe(releases[0]?.revision)
})

test('with GitHub down it is done all the same, and GitHub is told when it is back', async () => {
  const { town, releases } = await withReleases(2, false)
  town.github.fails = () => httpError(502)
  const { ended } = await operate(town)
  expect((await ended(60)).deployment).toMatchObject({ state: 'succeeded', plan: { kept: 1 } })
  await town.start()
  await town.pass(30)
  town.github.fails = () => undefined
  await town.until(() => town.github.statusesOf(releases[1]?.revision ?? '').at(-1)?.[0] === 'failure', 600)
})

test.each<[what: string, wait: (town: Town) => Promise<void>]>([
  ['pushes that wait for GitHub', async (town) => town.pass(100)],
  ['nothing', async () => undefined],
])('while GitHub is down it does not stand behind %s', async (_what, wait) => {
  const { town, releases } = await withReleases(2)
  town.github.fails = () => httpError(502)
  await town.tellPush(town.commit())
  await wait(town)
  const { ended } = await operate(town)
  expect((await ended(30)).deployment).toMatchObject({ state: 'succeeded', revision: releases[0]?.revision })
})

test('it does not stand behind a deployment for which GitHub does not answer, nor one that waits', async () => {
  for (const fails of [() => httpError(502), () => undefined]) {
    const { town, releases } = await withReleases(2)
    await town.tellPush(town.commit({}, { build: false }))
    await town.reaches('waiting')
    town.github.fails = fails
    await town.pass(100)
    const { ended } = await operate(town)
    expect((await ended(30)).deployment).toMatchObject({ state: 'succeeded', revision: releases[0]?.revision })
  }
})

test('a Landfall that dies over it leaves it to whoever is at the command line', async () => {
  const { town, landfall, releases } = await withReleases(2)
  landfall.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling'
  const { ended } = await operate(town)
  expect(await ended(120)).toMatchObject({ deployment: { state: 'succeeded', revision: releases[0]?.revision }, here: true })
  expect(town.host().heard.filter((verb) => verb === 'switch 3')).toHaveLength(1)
})

test('whoever is at the command line and dies over it leaves it to Landfall', async () => {
  const { town, releases } = await withReleases(2, false)
  const { life } = await operate(town)
  if (life) life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling'
  await town.until(() => life?.ended === true, 60)
  await town.start()
  await town.quiet(300)
  expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: releases[0]?.revision })
})

test.each<[to: RollbackTo]>([[{ kind: 'generation', generation: 1 }], [{ kind: 'pull-request', number: 12 }]])(
  'goes back to what is named by %j, or says that there is no such release',
  async (to) => {
    const { town, releases } = await withReleases(3)
    const { asked, ended } = await operate(town, to)
    if (to.kind === 'generation') expect((await ended(30)).deployment).toMatchObject({ revision: releases[0]?.revision })
    else expect(asked).toMatchObject({ kind: 'refused', reason: { code: 'release-unknown' } })
  },
)

test.each([
  ['an environment there is none of', { repository: 'acme/shop', environment: 'stagging' }, 'production'],
  ['a repository there is none of', { repository: 'acme/toys', environment: 'production' }, 'none'],
])('of %s nothing is stored', async (_what, wanted, known) => {
  const { town } = await withReleases(1)
  const { asked } = await operate(town, undefined, wanted)
  expect(asked).toMatchObject({ kind: 'refused', reason: { code: 'environment-unknown', evidence: { known } } })
  expect(await town.deployments()).toHaveLength(1)
})

test('asked again while it is on its way, it is the same one', async () => {
  const { town, releases } = await withReleases(3)
  const first = await operate(town)
  const second = await operate(town)
  expect(second.asked).toEqual({ ...first.asked, already: true })
  const [one, other] = [await first.ended(30), await second.ended(30)]
  expect(one.deployment).toEqual(other.deployment)
  expect(running(town)).toBe(releases[1]?.revision)
})

test('one that was stored and not gathered is gathered by whoever serves', async () => {
  const { town, landfall, releases } = await withReleases(2)
  landfall.kill()
  const life = new Life()
  life.endsAfter = (call) => call === 'store.intents.accept'
  void askForRollback({ repository: 'acme/shop', environment: 'production', user: 'root' }, town.ports(life))
  await town.until(() => life.ended)
  await town.start()
  await town.quiet(300)
  expect(await town.newest()).toMatchObject({
    kind: 'rollback',
    state: 'succeeded',
    revision: releases[0]?.revision,
    actor: 'operator root',
  })
})

test('what waits is told, and why', async () => {
  const { town } = await withReleases(2)
  town.host().hold = 'the disk is being replaced'
  const { said, ended } = await operate(town)
  await town.until(() => said.some((line) => line.startsWith('waiting: An administrator holds shop on host web-1')), 30)
  town.host().hold = undefined
  expect((await ended(60)).deployment.state).toBe('succeeded')
})
