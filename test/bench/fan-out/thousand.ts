import { join } from 'node:path'
import { openSigner } from '../../../src/adapters/signer.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import { startSimulatedFarm } from '../../lab/farm/simulated-farm.ts'
import { startLaboratory } from '../../lab/laboratory.ts'
import type { Figures } from '../figures.ts'
import { residentMiB, watchResident } from '../process.ts'
import { figureOf, ratioOf } from '../statistics.ts'
import { openThroughLandfall } from './landfall.ts'
import { judged, mannersOf, slowestOf } from './manners.ts'
import { deploymentOrders } from './orders.ts'

const hostCount = 1000
/** A deployment's orders to a thousand hosts at once, each at its own pace, beside the same to the slowest of them alone. */
export async function measureThousand(rounds: number, say: (line: string) => void, count = hostCount): Promise<Figures> {
  const lab = await startLaboratory({ say })
  const manners = mannersOf(count)
  const farm = await startSimulatedFarm(lab.folder, manners)
  const signer = await openSigner(join(lab.folder, 'data'))
  const landfall = await openThroughLandfall(lab.folder, farm.hosts, newKeyPair().private)
  const orders = deploymentOrders('farm', 1, signer)
  const slowest = farm.hosts[slowestOf(manners)]?.name ?? ''
  const runs = { cold: runsOf(), warm: runsOf() }
  const dead: number[] = []
  const memory = watchResident(landfall.pid)
  try {
    const before = await residentMiB(landfall.pid)
    for (let round = 1; round <= rounds; round += 1) {
      for (const heat of ['cold', 'warm'] as const) {
        const how = { inStep: false, cold: heat === 'cold' }
        const alone = await landfall.send(orders, { ...how, only: [slowest] })
        const all = judged(await landfall.send(orders, how), manners)
        runs[heat].alone.push(alone.seconds)
        runs[heat].all.push(all.healthy)
        dead.push(all.dead)
        say(
          `${count} hosts ${heat} ${round}/${rounds}: ${all.healthy.toFixed(2)} s, the slowest alone ${alone.seconds.toFixed(2)} s, dead by ${all.dead.toFixed(1)} s`,
        )
      }
    }
    return {
      fanout_1000_vs_slowest: ratioOf(runs.warm.all, runs.warm.alone),
      fanout_1000_vs_slowest_cold: ratioOf(runs.cold.all, runs.cold.alone),
      fanout_1000_seconds: figureOf(runs.warm.all),
      fanout_1000_cold_seconds: figureOf(runs.cold.all),
      fanout_1000_dead_seconds: figureOf(dead),
      fanout_1000_rss_before_mib: Math.round(before),
      fanout_1000_rss_peak_mib: Math.round(memory.peak()),
    }
  } finally {
    memory.stop()
    await landfall.close()
    await farm.stop()
    await lab.stop()
  }
}

const runsOf = (): Record<'all' | 'alone', number[]> => ({ all: [], alone: [] })
