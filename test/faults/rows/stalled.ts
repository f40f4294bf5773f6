import assert from 'node:assert/strict'
import { onFreePort } from '../../lab/free-port.ts'
import { type LandfallProcess, startProcess } from '../../lab/landfall/process.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import { eventually } from '../eventually.ts'
import type { Fault } from '../fault.ts'
import { actsOf, newestGeneration, webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'

export const stalled: Fault[] = [
  {
    row: 'F4',
    injected: 'the worker stopped past its lease (SIGSTOP), its switch on the way, another taking over',
    on: 'several machines',
    async run(town) {
      const { scenario, gates } = town
      const { started: other } = await onFreePort((port) =>
        startProcess({ ...scenario.environment, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` }),
      )
      let worker: LandfallProcess | undefined
      try {
        const before = new Date()
        const both = [scenario.landfall, other].map((landfall) => ({ landfall, known: landfall.log.length }))
        const atWork = () =>
          both.flatMap(({ landfall, known }) => (landfall.log.slice(known).some(({ state }) => state === 'rolling') ? [landfall] : []))
        const order = await gates.hold('order', 'switch')
        const merged = await town.begin({ title: 'Stalled' })
        await order.arrived()
        const [first, ...more] = atWork()
        assert.ok(first && more.length === 0, 'it is not clear who is at work')
        worker = first
        process.kill(worker.pid, 'SIGSTOP')
        assert.deepEqual(await outcomesOfSwitch(), [], 'the moment was missed')

        await town.ended(merged, 'success')
        assert.equal(atWork().length, 2, 'the moment was missed: nobody took over')
        await order.release()
        await eventually('the stale order refused', async () => (await outcomesOfSwitch()).find((act) => act === 'switch refused 12'))
        const seen = worker.log.length
        process.kill(worker.pid, 'SIGCONT')
        await worker.logged(({ msg }) => msg === 'work handed over')
        await toldOnce(town, merged)
        assert.equal(await webStarts(town, before), 1)
        assert.ok(!worker.log.slice(seen).some(({ msg }) => msg === 'deployment advanced'), 'the stale one went on')
        const deployments = (await recordsOf(scenario.environment).deployments()).filter(({ revision }) => revision === merged.sha)
        assert.deepEqual(
          deployments.map(({ state }) => state),
          ['succeeded'],
        )
        return 'taken over and ended by the other; the stale order was refused by the host (fenced), the stale worker gave up; started once, told once'
      } finally {
        if (worker) process.kill(worker.pid, 'SIGCONT')
        await other.stop()
      }

      async function outcomesOfSwitch(): Promise<string[]> {
        const acts = await actsOf(town, await newestGeneration(town))
        return acts.filter((act) => act.startsWith('switch'))
      }
    },
  },
]
