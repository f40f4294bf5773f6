import { setTimeout as pause } from 'node:timers/promises'
import { type Blow, hit, missed } from './blow.ts'
import type { Member } from './landfalls.ts'
import { processesOn } from './processes.ts'
import type { Strike } from './script.ts'
import { type RunTown, spotOf } from './town.ts'

const atSwitch = /\/landfall-shell.* --work switch /

/** An order may be held up for so long at most, in milliseconds. Its successor comes when the lease has run out, and a slow machine has time. */
const longestHold = 30_000

/** A deployment is being brought to hosts, or back. */
const underWay = `select 1 from deployments where state in ('planned', 'pulling', 'rolling', 'verifying', 'rolling-back')`

/**
 * An order is held up on its way, its Landfall dies, a successor gives its own order, and then the first one arrives: the host
 * has to refuse it.
 */
export async function lateOrder(town: RunTown, plan: Strike, over: AbortSignal): Promise<Blow> {
  const { at, lasts, place } = plan
  const { landfalls } = town
  const { host, gates, watch } = spotOf(town, plan)
  const held = await gates.hold('order', at.replace(' arrives', ''))
  try {
    if (!(await arrival(held, over))) return missed(`"${at}" did not come`)
    const worker = await holderOf(town)
    if (worker?.state !== 'up') return missed('nobody held the lease')
    const writes = watch.writes().length
    await worker.kill()
    await pause(lasts)
    const starting = worker.start()
    const deadline = performance.now() + longestHold
    const until = async (seen: () => boolean | Promise<boolean>) => {
      while (performance.now() < deadline && !(await seen())) await pause(50)
    }
    // Nothing more is written where the work is over already, as with a confirmation that was late.
    await until(async () => watch.writes().length > writes || (await isOver(town)))
    // While its successor is at work the host says that it is busy; the guard meant here is asked by what comes afterwards.
    await until(() => !processesOn(host).some(({ words }) => atSwitch.test(words)))
    await held.release()
    await starting
    return hit
  } finally {
    await held.release()
  }

  async function arrival(order: typeof held, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const there = await order.arrived(0.3).then(
        () => true,
        () => false,
      )
      if (there) return true
    }
    return false
  }

  /** False where the database is down just now. */
  async function isOver({ records }: RunTown): Promise<boolean> {
    const left = await records.query(underWay).catch(() => ['?'])
    return left.length === 0
  }

  async function holderOf({ records, repository }: RunTown): Promise<Member | undefined> {
    const rows = await records.query('select holder from leases where subject = $1', [`environment:${repository.fullName}/${place}`])
    // A holder's name has its process id in it.
    return landfalls.members.find(({ pid }) => rows.some(({ holder }) => String(holder).includes(`-${pid}-`)))
  }
}
