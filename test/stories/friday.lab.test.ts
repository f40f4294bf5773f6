import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SkewedClock, skewedClock } from '../lab/skewed-clock.ts'
import { openStreet, type Street } from './street.ts'

const day = 24 * 3600

/** Seconds from now to the next Friday, 14:00 UTC. */
function untilFriday(): number {
  const now = new Date()
  const friday = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + ((5 - now.getUTCDay() + 7) % 7 || 7), 14)
  return Math.round((friday - now.getTime()) / 1000)
}

const folder = mkdtempSync(join(tmpdir(), 'landfall-friday-'))
let street: Street
let clock: SkewedClock
beforeAll(async () => {
  clock = await skewedClock(folder, untilFriday())
  street = await openStreet({
    production: ['after: staging', 'windows: [{ deny: "Fri 16:00 - Mon 06:00" }]'],
    environment: clock.environment,
  })
})
afterAll(async () => {
  await street?.close()
  rmSync(folder, { recursive: true })
})

test('hotfix on Friday evening: back at once, forward on Monday, and nobody stays up for it', async () => {
  const { repository } = street
  const good = await street.merge(await street.propose('The shop opens', 'mona'), 'mona')
  await repository.waitForStatus(good, 'landfall/production', 'success', 90)
  const bad = await street.merge(await street.propose('One last thing before the weekend', 'mona'), 'mona')
  await repository.waitForStatus(bad, 'landfall/production', 'success', 90)

  // Three hours later somebody notices. The window is closed, and the way back is open all the same.
  await clock.ahead(untilFriday() + 3 * 3600)
  expect(await street.say('lisa', '/rollback production', /went back to/)).toContain(good.slice(0, 7))
  expect(await street.answers('production')).toBe(good)

  // The hotfix is on staging at once. Production says until when it waits, and for what.
  const hotfix = await street.merge(await street.propose('Mend it', 'mona'), 'mona')
  await repository.waitForStatus(hotfix, 'landfall/staging', 'success', 60)
  const waiting = await street.shows(hotfix, 'production', /not Fri 16:00 - Mon 06:00/)
  expect(waiting.output.summary).toMatch(/Goes on by itself on Mon \d+ \w+ 06:00/)
  expect(await street.answers('production')).toBe(good)

  // Monday comes. Nobody does anything.
  await clock.ahead(untilFriday() + 3 * day)
  await repository.waitForStatus(hotfix, 'landfall/production', 'success', 120)
  expect(await street.answers('production')).toBe(hotfix)
  // What was rolled back on Friday came back with the branch, as the hotfix contains it; nobody had to bring it by hand.
  expect(await street.running('production')).toBe(await street.running('staging'))
}, 400_000)

test('everything asked of GitHub was as its API is described', () => street.scenario.github.assertFaithful())
