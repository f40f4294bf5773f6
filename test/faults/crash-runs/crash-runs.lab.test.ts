import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ground, openGround } from './ground.ts'
import { type RunResult, runSeed } from './run.ts'
import { sabotages } from './sabotage.ts'
import { type Script, scriptOf, tellScript } from './script.ts'

let ground: Ground
const results: RunResult[] = []

beforeAll(async () => {
  ground = await openGround()
})
afterAll(() => ground?.close())

/** A few of the runs that `npm run faults -- --seeds N` makes; as long as one may take at most, each has time to settle twice. */
const seeds = [1, 2, 3, 5]

test.each(seeds.map((seed) => [tellScript(scriptOf(seed))[0], seed] as const))(
  '%s: nothing is violated',
  { timeout: 240_000 },
  async (_, seed) => {
    const result = await runSeed(ground, seed)
    results.push(result)
    expect(result.violations).toEqual([])
  },
)

test('something was hit in these runs', () => {
  expect(results.flatMap(({ struck }) => struck).filter(({ blow }) => blow.kind === 'hit')).not.toEqual([])
})

test('a host that takes orders which come too late is caught', { timeout: 240_000 }, async () => {
  const { violations } = await runSeed(ground, seedWhere(bringsAnOrderLate), sabotages.fence)
  expect(violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('\n')).toMatch(
    /^2: .* switch of generation \d+, turn \d+(: began)? after/m,
  )
})

test('a production that is deployed to without the approvals it asks for is caught', { timeout: 240_000 }, async () => {
  const { violations } = await runSeed(ground, seedWhere(asksForApproval), sabotages.approve)
  expect(violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('\n')).toMatch(/^7: .* ran with 0 of [12] approvals/m)
})

test('hosts that follow a canary unasked are caught', { timeout: 240_000 }, async () => {
  const { violations } = await runSeed(ground, seedWhere(asksAtCanary), sabotages.canary)
  expect(violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('\n')).toMatch(
    /^7: .* came to web-2 behind its canary with 0 of 1 approvals/m,
  )
})

const asksAtCanary = ({ rules, fleet, profile }: Script): boolean =>
  rules === undefined && profile === 'one machine' && fleet?.canary === 'approved'

/** Nobody waits to be asked in this story: here nobody is. */
const asksForApproval = ({ rules, profile, acts }: Script): boolean =>
  rules?.approve !== undefined && profile === 'one machine' && acts.every(({ pause }) => pause !== 'asked')

/** In this story a merge that deploys for certain has its switch held up until its successor's is done. */
const bringsAnOrderLate = ({ rules, acts, strikes }: Script): boolean => {
  const [strike, ...others] = strikes
  const isLate = strike?.kind === 'order late, its Landfall killed' && strike.at === 'switch arrives' && strike.during === 0
  const [first] = acts
  const deploys = first?.deed.kind === 'merge' && first.deed.image === 'there' && first.deed.version === 'healthy' && first.told === 'once'
  return rules === undefined && isLate && deploys && others.every(({ during }) => during > 0)
}

function seedWhere(wanted: (script: Script) => boolean): number {
  let seed = 0
  while (!wanted(scriptOf(seed))) seed += 1
  return seed
}
