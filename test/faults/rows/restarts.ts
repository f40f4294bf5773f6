import assert from 'node:assert/strict'
import { restartAndContinue } from '../continuation.ts'
import type { Fault } from '../fault.ts'
import { newestGeneration, webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

/** How Landfall may end, each with what to say of it. */
const endings = {
  async SIGTERM({ scenario }: FaultTown): Promise<string> {
    const began = performance.now()
    assert.equal(await scenario.landfall.stop(), 0, 'Landfall did not end in an orderly way')
    return `ended after ${((performance.now() - began) / 1000).toFixed(1)} s`
  },
  async 'kill -9'({ scenario }: FaultTown): Promise<string> {
    await scenario.landfall.kill()
    return 'killed'
  },
}

const restarted = (how: keyof typeof endings): Fault => ({
  row: 'F25',
  injected: `Landfall restarted (${how}) while it pulls, while it switches and while it verifies`,
  on: 'one machine',
  async run(town) {
    const before = new Date()
    const said: string[] = []
    const restartWhile = async (state: string) => {
      assert.equal(stateOf(town), state, 'the moment was missed')
      const end = await endings[how](town)
      said.push(`${state}: ${end}, went on ${await restartAndContinue(town)} after being up`)
    }

    const pull = await town.gates.hold('compose', 'pull')
    const up = await town.gates.hold('compose', 'up')
    const merged = await town.begin({ title: 'Restarted again and again', behaviour: { slowStart: 4 } })
    await pull.arrived()
    const generation = await newestGeneration(town)
    await restartWhile('pulling')
    await pull.release()
    await up.arrived()
    await restartWhile('rolling')
    await up.release()
    await town.scenario.landfall.logged(({ msg, state }) => msg === 'deployment advanced' && state === 'verifying')
    await restartWhile('verifying')

    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    assert.equal(await newestGeneration(town), generation, 'it was planned anew')
    assert.equal(await webStarts(town, before), 1)
    return `${said.join('; ')}; started once, told once`
  },
})

/** The state its deployment reached last, by Landfall's own log since it was started. */
const stateOf = ({ scenario }: FaultTown): unknown => scenario.landfall.log.findLast(({ msg }) => msg === 'deployment advanced')?.state

export const restarts: Fault[] = [restarted('SIGTERM'), restarted('kill -9')]
