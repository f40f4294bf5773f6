import assert from 'node:assert/strict'
import { failingDisk } from '../../lab/failing-disk.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Postgres } from '../../lab/postgres.ts'
import { smallDisk } from '../../lab/small-disk.ts'
import type { Fault } from '../fault.ts'
import { webStarts } from '../host-record.ts'
import { settled } from '../settled.ts'
import { acknowledgedIsStored, refused, startStream, taken } from '../stream.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'

/** How many webhooks have to be taken before it breaks, and again for it to count as mended. */
const enough = 20

interface Breaking {
  strike(): Promise<void>
  mend(): Promise<void>
  /** How many webhooks have to be refused before it is mended. */
  refusals?: number
  /** What the records have to be seen through. */
  through?: readonly string[]
}

/**
 * Breaks the database under a stream of webhooks while a deployment is under way, and mends it. Resolves to what was counted.
 */
async function under(town: FaultTown, { strike, mend, refusals = 20, through }: Breaking): Promise<string> {
  const { landfall } = town.scenario
  const since = new Date()
  const order = await town.gates.hold('order', 'switch')
  const merged = await town.begin({ title: 'Under way while the database fails' })
  await order.arrived()
  const stream = await startStream(town)
  try {
    await stream.more(enough, taken)
    await strike()
    await stream.more(refusals, refused)
    await order.release()
    await mend()
    await stream.more(enough, taken)
  } finally {
    await stream.stop()
  }
  const counted = await acknowledgedIsStored(stream, recordsOf(town.scenario.environment, through))
  const slowest = Math.max(...stream.sent.map(({ seconds }) => seconds))
  assert.ok(
    stream.sent.every(({ status }) => status !== 0),
    'a webhook was not answered within 10 s',
  )
  await town.ended(merged, 'success')
  await toldOnce(town, merged)
  assert.equal(await webStarts(town, since), 1)
  assert.equal(town.scenario.landfall, landfall, 'Landfall was started again')
  return `${counted}; slowest answer ${slowest.toFixed(1)} s; the deployment under way ended once, without a restart`
}

const serverKilled: Fault = {
  row: 'F30',
  injected: 'PostgreSQL killed in the midst of webhooks and a deployment, and started again',
  async run(town) {
    const { kill, start } = postgresOf(town)
    const outcome = await under(town, { strike: kill, mend: start })
    await settled(town)
    return outcome
  },
}

const serverHangs: Fault = {
  row: 'F30',
  injected: 'PostgreSQL hanging (SIGSTOP) in the midst of webhooks and a deployment',
  async run(town) {
    const { pause, resume } = postgresOf(town)
    const outcome = await under(town, { strike: async () => pause(), mend: async () => resume(), refusals: 4 })
    await settled(town)
    return outcome
  },
}

const diskFull: Fault = {
  row: 'F30',
  injected: "no room on SQLite's disk in the midst of webhooks and a deployment",
  on: 'one machine',
  async run(town) {
    const { scenario } = town
    await scenario.landfall.stop()
    const folder = scenario.environment.LANDFALL_DATA ?? ''
    const disk = await smallDisk(folder, 16)
    try {
      await scenario.restart({ through: disk.through })
      return await under(town, { strike: disk.fill, mend: disk.clear, through: disk.through })
    } finally {
      await scenario.landfall.stop()
      await disk.stop()
      await scenario.restart()
    }
  },
}

const diskFails: Fault = {
  row: 'F30',
  injected: "SQLite's disk failing (EIO) in the midst of webhooks and a deployment",
  on: 'one machine',
  async run(town) {
    const { scenario } = town
    const disk = await failingDisk(scenario.lab.folder)
    await scenario.landfall.stop()
    try {
      await scenario.restart({ environment: disk.environment })
      const { pid } = scenario.landfall
      return await under(town, { strike: () => disk.fail(pid), mend: () => disk.mend(pid) })
    } finally {
      await scenario.landfall.stop()
      await scenario.restart()
    }
  },
}

const postgresOf = ({ servers }: FaultTown): Postgres => {
  if (!servers) throw new Error('this town has no PostgreSQL')
  return servers.postgres
}

export const database: Fault[] = [serverKilled, serverHangs, diskFull, diskFails]
