import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
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
export async function measureThousand(rounds: number, say: (line: string) => void): Promise<Figures> {
  say(`ssh2 works with ${hasCompiledCiphers() ? 'compiled ciphers' : 'the ciphers of Node, which take longer'}`)
  await using started = new AsyncDisposableStack()
  const lab = await startLaboratory({ say })
  started.defer(lab.stop)
  const manners = mannersOf(hostCount)
  const farm = await startSimulatedFarm(lab.folder, manners)
  started.defer(farm.stop)
  const landfall = await openThroughLandfall(lab.folder, farm.hosts, newKeyPair().private)
  started.defer(landfall.close)

  const orders = deploymentOrders('farm', 1, await openSigner(join(lab.folder, 'data')))
  const slowest = farm.hosts[slowestOf(manners)]?.name ?? ''
  const runs = { cold: runsOf(), warm: runsOf() }
  const before = await residentMiB(landfall.pid)
  const memory = watchResident(landfall.pid)
  started.defer(memory.stop)
  for (let round = 1; round <= rounds; round += 1) {
    for (const heat of ['cold', 'warm'] as const) {
      const how = { inStep: false, cold: heat === 'cold' }
      const alone = await landfall.send(orders, { ...how, only: [slowest] })
      const { healthy, dead } = judged(await landfall.send(orders, how), manners)
      runs[heat].alone.push(alone.seconds)
      runs[heat].all.push(healthy)
      runs[heat].dead.push(dead)
      const shown = [healthy, alone.seconds, dead].map((seconds) => `${seconds.toFixed(2)} s`)
      say(`${hostCount} hosts ${heat} ${round}/${rounds}: ${shown[0]}, the slowest alone ${shown[1]}, the dead known by ${shown[2]}`)
    }
  }
  return {
    fanout_1000_vs_slowest: ratioOf(runs.warm.all, runs.warm.alone),
    fanout_1000_vs_slowest_cold: ratioOf(runs.cold.all, runs.cold.alone),
    fanout_1000_seconds: figureOf(runs.warm.all),
    fanout_1000_cold_seconds: figureOf(runs.cold.all),
    fanout_1000_dead_seconds: figureOf([...runs.cold.dead, ...runs.warm.dead]),
    fanout_1000_rss_before_mib: Math.round(before),
    fanout_1000_rss_peak_mib: Math.round(memory.peak()),
  }
}

/** ssh2 says nowhere else whether `npm ci` could compile them, and more than half of what an order costs depends on it. */
const hasCompiledCiphers = (): boolean =>
  z.object({ bindingAvailable: z.boolean() }).parse(createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js')).bindingAvailable

const runsOf = (): Record<'all' | 'alone' | 'dead', number[]> => ({ all: [], alone: [], dead: [] })
