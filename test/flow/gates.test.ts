import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/check.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'
import { newestOf, pushed, running, say } from './gated.ts'

describe('checks', () => {
  const check = (name: string, conclusion?: string): Check => ({
    kind: 'check',
    name,
    app: 'github-actions',
    state: conclusion === undefined ? 'in_progress' : 'completed',
    ...(conclusion !== undefined && { conclusion }),
    id: 1,
    suite: 1,
  })
  const report = (town: Town, revision: Sha, ...checks: Check[]) =>
    town.github.checked.set(revision, { own: 'landfall', checks, emptySuites: [] })

  test('are waited for, and green ones let it go without anybody asking', async () => {
    const { town, revision } = await pushed('checks: [build]')
    report(town, revision, check('build'))
    await town.reaches('waiting')
    expect(await town.newest()).toMatchObject({ reason: { code: 'checks-pending', evidence: { checks: 'build' } } })
    report(town, revision, check('build', 'success'))
    await town.reaches('succeeded', 120)
    expect(running(town)).toBe(revision)
  })

  test('a red one ends the waiting at once, and nothing is touched', async () => {
    const { town, revision, before } = await pushed('checks: [build]')
    report(town, revision, check('build', 'failure'))
    await town.reaches('rejected', 90)
    expect((await town.newest()).reason?.code).toBe('checks-failed')
    expect(running(town)).toBe(before)
  })

  test('are not asked for where nobody demands them', async () => {
    const town = await openTown()
    await town.deploy()
    expect(town.github.calls).not.toContain('checksOf')
  })
})

test('a window holds it back until it opens, and it goes by itself', async () => {
  // The town's clock begins on Saturday, 10:00 UTC.
  const { town, revision, before } = await pushed('windows: [{ deny: "Sat 09:00 - Sat 10:30" }]')
  expect((await town.reaches('waiting')).reason?.code).toBe('window-closed')
  await town.pass(1200)
  expect(running(town)).toBe(before)
  await town.reaches('succeeded', 1200)
  expect(running(town)).toBe(revision)
})

test('a rollback passes every gate', async () => {
  const gates = 'approve: {}, checks: all, windows: [{ deny: "Mon-Sun 00:00 - 23:59" }]'
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
  await say(town, '/rollback')
  await town.quiet()
  expect(running(town)).toBe(first.revision)
})

describe('what was rolled back', () => {
  test('is not brought again by a machine, only by somebody who says it twice', async () => {
    const town = await openTown()
    await town.deploy()
    const bad = await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    await town.tellPush(bad.revision ?? '', { forced: true })
    await town.pass(20)
    expect((await newestOf(town)).reason?.code).toBe('quarantined')
    const short = bad.revision?.slice(0, 10)
    expect(await say(town, `/deploy production ${short}`)).toContain('--again')
    expect(running(town)).not.toBe(bad.revision)
    await say(town, `/deploy production ${short} --again`)
    await town.quiet()
    expect(running(town)).toBe(bad.revision)
  })

  test('does not hold up a newer commit', async () => {
    const town = await openTown()
    await town.deploy()
    await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    expect((await town.deploy()).state).toBe('succeeded')
  })
})

describe('/deploy', () => {
  test('brings the head of the branch, or a commit that is part of it', async () => {
    const town = await openTown()
    const first = town.commit()
    const second = town.commit()
    await say(town, `/deploy ${first.slice(0, 8)}`)
    await town.quiet()
    expect(running(town)).toBe(first)
    await say(town, '/deploy')
    await town.quiet()
    expect(running(town)).toBe(second)
  })

  test('refuses a commit that nobody merged, and one that there is not', async () => {
    const town = await openTown()
    const { revision } = await town.deploy()
    town.github.branches.set('feature', revision ?? '')
    const apart = town.github.commit('feature', { 'evil.txt': 'x' })
    town.build(apart)
    expect(await say(town, `/deploy production ${apart}`)).toContain('is not part of branch main')
    expect(await say(town, '/deploy production abcdef0')).toContain('There is no commit abcdef0')
    expect(running(town)).toBe(revision)
  })
})
