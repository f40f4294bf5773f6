import assert from 'node:assert/strict'
import { recordsOf } from '../../lab/landfall/records.ts'
import { type SkewedClock, skewedClock } from '../../lab/skewed-clock.ts'
import type { Fault } from '../fault.ts'
import type { FaultTown } from '../towns.ts'
import { caughtUp, deployWithout, eachPutOffSince, pausesSince } from '../without-github.ts'

const hour = 3600
const fiveMinutes = 300

/**
 * An hour is a matter of seconds where Landfall and its database are told the time by us: on one machine both read the clock of
 * Landfall's own process.
 */
async function withOwnClock(town: FaultTown, use: (clock: SkewedClock) => Promise<string>): Promise<string> {
  const { scenario } = town
  const clock = await skewedClock(scenario.lab.folder)
  await scenario.landfall.stop()
  try {
    await scenario.restart({ environment: clock.environment })
    return await use(clock)
  } finally {
    await scenario.landfall.stop()
    // Time goes back now: what was to be looked at in an hour would wait for one.
    await recordsOf(scenario.environment).query('delete from sweeps')
    await scenario.restart()
  }
}

const downForAnHour: Fault = {
  row: 'F20',
  injected: 'GitHub answering 502 for an hour, by the clock Landfall is given',
  on: 'one machine',
  run: (town) =>
    withOwnClock(town, async (clock) => {
      const { github, landfall } = town.scenario
      const seen = landfall.log.length
      const deployed = await deployWithout(town, 'GitHub is down for an hour', () => github.faults.outage(true))
      for (let passed = 0; passed < hour; ) {
        const before = landfall.log.length
        passed += fiveMinutes
        await clock.ahead(passed)
        await landfall.logged(() => eachPutOffSince(town, before))
      }
      github.faults.outage(false)
      await clock.ahead(hour + fiveMinutes)
      await caughtUp(town, deployed)
      const pauses = pausesSince(town, seen)
      assert.equal(Math.max(...pauses), fiveMinutes)
      return `deployed and proved meanwhile; ${pauses.length} reports put off, by ${Math.min(...pauses)} to ${Math.max(...pauses)} s; five minutes after GitHub was back all was told, in order, each once`
    }),
}

const limitedForAnHour: Fault = {
  row: 'F20',
  injected: "GitHub's secondary limit for an hour, by the clock Landfall is given",
  on: 'one machine',
  run: (town) =>
    withOwnClock(town, async (clock) => {
      const { github, landfall } = town.scenario
      const [seen, asked] = [landfall.log.length, github.requests.length]
      const deployed = await deployWithout(town, 'GitHub asks for an hour', () => github.faults.rateLimit(hour))
      await landfall.logged(() => eachPutOffSince(town, seen))
      // Halfway nothing is due, and when the hour is over everything is.
      await clock.ahead(hour / 2)
      github.faults.rateLimit(0)
      await clock.ahead(hour)
      await caughtUp(town, deployed)
      const pauses = pausesSince(town, seen)
      assert.ok(
        pauses.every((pause) => pause > hour - 60),
        `put off by ${pauses.join(', ')} s`,
      )
      const refused = github.requests.slice(asked).filter(({ status }) => status === 403).length
      return `deployed and proved meanwhile; ${refused} requests refused in that hour, each report put off as long as asked, then told once, in order`
    }),
}

export const githubHour: Fault[] = [downForAnHour, limitedForAnHour]
