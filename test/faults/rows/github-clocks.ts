import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type LandfallProcess, startProcess } from '../../lab/landfall/process.ts'
import { skewedClock } from '../../lab/skewed-clock.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

const tenMinutes = 600

const ownClock: Fault = {
  row: 'F19',
  injected: 'two Landfalls, one 10 minutes ahead and one 10 behind; the one at work killed',
  async run(town) {
    const { scenario } = town
    const [ahead, behind] = [await clockOf(town, tenMinutes), await clockOf(town, -tenMinutes)]
    await scenario.landfall.stop()
    const asked = scenario.github.requests.length
    await scenario.restart({ environment: ahead })
    const other = await startProcess({ ...scenario.environment, ...behind, PORT: '0' })
    try {
      const order = await town.gates.hold('order', 'switch')
      const first = await town.begin({ title: 'Between two clocks' })
      const waiting = await order.arrived()
      await eventually('one of them says so', () => rolls(scenario.landfall) + rolls(other) === 1 || undefined)
      const [dying, living] = [scenario.landfall, other].toSorted((one, another) => rolls(another) - rolls(one))
      assert.ok(dying && living && rolls(dying) === 1 && rolls(living) === 0)
      await dying.kill()
      await town.host.exec(['kill', '-9', String(waiting)])
      await order.release()
      await town.ended(first, 'success')
      assert.equal(rolls(living), 1, 'the other one did not go on')
      await toldOnce(town, first)
      const apart = Math.abs(lastTime(dying) - lastTime(living))
      assert.ok(apart > 2 * tenMinutes * 1000 - 60_000, 'the moment was missed: their clocks agree')

      if (dying === scenario.landfall) await scenario.restart({ environment: ahead })
      const second = await town.begin({ title: 'After it' })
      await town.ended(second, 'success')
      for (const guid of first.guids) await scenario.github.resend(guid, randomUUID())
      await toldOnce(town, second)
      const minted = tokensMinted(town, asked)
      assert.ok(minted >= 2)
      return `the other went on, ${(apart / 60_000).toFixed(0)} minutes away by its clock; the newer merge stayed; ${minted} tokens minted by both`
    } finally {
      await other.stop()
      await scenario.landfall.stop()
      await scenario.restart()
    }
  },
}

const gitHubsClock: Fault = {
  row: 'F19',
  injected: "GitHub's clock 10 minutes ahead of Landfall's, then 10 behind",
  async run(town) {
    const { scenario } = town
    let minted = 0
    try {
      for (const seconds of [tenMinutes, -tenMinutes]) {
        scenario.github.faults.clock(seconds)
        await scenario.landfall.stop()
        const asked = scenario.github.requests.length
        await scenario.restart()
        const merged = await town.begin({ title: `GitHub is ${seconds} s ahead` })
        await town.ended(merged, 'success')
        await toldOnce(town, merged)
        minted += tokensMinted(town, asked)
      }
    } finally {
      scenario.github.faults.clock(0)
    }
    assert.ok(minted >= 2)
    return `tokens minted anew under each clock (${minted}); each merge deployed, told once`
  },
}

async function clockOf({ scenario }: FaultTown, seconds: number): Promise<Record<string, string>> {
  const { environment } = await skewedClock(scenario.lab.folder, seconds)
  return environment
}

/** How many deployments it switched to so far. */
const rolls = ({ log }: LandfallProcess): number =>
  log.filter(({ msg, state }) => msg === 'deployment advanced' && state === 'rolling').length

const lastTime = ({ log }: LandfallProcess): number => log.at(-1)?.time ?? 0

/** How often GitHub made an installation token since so many requests. */
const tokensMinted = ({ scenario }: FaultTown, since: number): number =>
  scenario.github.requests.slice(since).filter(({ path, status }) => path.endsWith('/access_tokens') && status === 201).length

export const githubClocks: Fault[] = [ownClock, gitHubsClock]
