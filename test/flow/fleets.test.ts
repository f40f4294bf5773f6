import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refused } from '../support/host-answers.ts'
import { openTown, type Town } from '../support/town.ts'

const hosts = ['web-1', 'web-2', 'web-3']

/** One deployment to three hosts, and what goes wrong meanwhile. */
const story = fc.record({
  waves: fc.constantFrom('', 'batch: 1, ', 'batch: 2, pause: 10s, ', 'canary: 1, pause: 10s, '),
  onFailure: fc.constantFrom('return', 'keep'),
  away: fc.constantFrom(undefined, ...hosts),
  fails: fc.option(fc.record({ host: fc.constantFrom(...hosts), verb: fc.constantFrom('put', 'switch', 'probe') }), { nil: undefined }),
  /** After so many calls of hosts and steps stored. */
  diesAfter: fc.integer({ min: 1, max: 60 }),
})

type Story = typeof story extends fc.Arbitrary<infer Told> ? Told : never

const versions = (town: Town) => hosts.map((name) => town.host(name).container('web')?.image.behaviour.version)
const databases = (town: Town) => hosts.map((name) => town.host(name).container('db')?.id)

/** The same ones each time: what is found here is found again. */
const stories = fc.sample(story, { seed: 20, numRuns: 14 }).map((told): [string, typeof told] => [tell(told), told])

function tell({ waves, onFailure, away, fails, diesAfter }: Story): string {
  const wrong = fails ? `${fails.verb} fails on ${fails.host}` : 'nothing fails'
  return `{ ${waves}${onFailure} }, ${away ?? 'nobody'} is away, ${wrong}, Landfall dies after ${diesAfter} calls`
}

test.each(stories)('%s: what hosts run is what is said of it', async (_told, { waves, onFailure, away, fails, diesAfter }) => {
  const town = await openTown({ hosts, rollout: `{ ${waves}on-failure: ${onFailure}, unreachable: skip }`, started: false })
  const first = await town.start()
  const before = await town.deploy()
  const had = databases(town)
  let calls = 0
  first.life.endsAfter = (call) => {
    calls += call === 'hosts.run' || call === 'store.deployments.advance' ? 1 : 0
    return calls >= diesAfter
  }
  for (const name of hosts)
    town.host(name).instead = ({ verb, args }) => {
      if (name === away) return { kind: 'unreachable', detail: 'connect ETIMEDOUT' }
      return name === fails?.host && verb === fails.verb && args[2] === '2' ? refused(15, 'docker compose up failed') : undefined
    }
  const sha = town.commit()
  await town.tellPush(sha)
  await town.until(async () => first.life.ended || (await isOver(town, sha)), 600)
  first.kill()
  await town.start()
  await town.until(() => isOver(town, sha), 600)
  await town.quiet(600)

  const [deployment, ...others] = (await town.deployments()).filter(({ revision }) => revision === sha)
  expect(others).toEqual([])
  const { id = '', state, rollout } = deployment ?? {}
  const kept = state === 'halted' ? (rollout?.kept ?? []) : []
  const gets = state === 'succeeded' ? hosts.filter((name) => name !== away) : kept
  expect(versions(town)).toEqual(hosts.map((name) => (gets.includes(name) ? sha : before.revision)))
  expect(databases(town)).toEqual(had)
  expect((await town.store.receipts.of(id))?.hosts.map(({ host }) => host)).toEqual(state === 'succeeded' ? gets : undefined)
  expect(town.github.statusesOf(sha).at(-1)?.[0] === 'success').toBe(state === 'succeeded' && away === undefined)
  expect(state === 'halted').toBe(kept.length > 0)
  // Where a host that fails takes part it is no success, and where all are well it is one; without its canary nothing begins.
  const begins = !(waves.startsWith('canary') && away === 'web-1')
  expect(state === 'succeeded').toBe(begins && (fails === undefined || fails.host === away))
})

const isOver = async (town: Town, sha: string): Promise<boolean> => {
  const { revision, state } = await town.newest()
  return revision === sha && ['succeeded', 'failed', 'rolled-back', 'halted'].includes(state)
}
