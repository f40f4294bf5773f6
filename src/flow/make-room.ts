import { isAtWork } from '../domain/deployment.ts'
import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { makesRoomFor, overOf } from '../policy/make-room.ts'
import type { Bell } from './bell.ts'
import type { Run } from './run.ts'
import { Stop } from './stop.ts'

/** Seconds between two looks for a rollback that another process was told of; of one that this one was told of it hears at once. */
const lookEvery = 2

/** How many deployments back a release to return to is looked for: as far as a rollback looks. */
const remembered = 500

/**
 * Executes a deployment, and tells it to stop once somebody wants a rollback over it: people wait for what ran before, and not for a
 * health check or a soak that they have seen enough of.
 */
export async function unlessTakenBack(
  run: Run,
  bell: Bell,
  execute: (stop: Stop) => Promise<number | undefined>,
): Promise<number | undefined> {
  const stop = new Stop()
  const over = new AbortController()
  const rung = bell.signal
  await look(run, stop)
  const looking = lookOut(run, stop, bell, { rung, until: AbortSignal.any([over.signal, run.signal]) })
  try {
    return await execute(stop)
  } finally {
    over.abort()
    await looking
  }
}

async function lookOut(run: Run, stop: Stop, bell: Bell, { rung, until }: { rung: AbortSignal; until: AbortSignal }): Promise<void> {
  const { clock, log } = run.ports
  while (!until.aborted && !stop.why) {
    await clock.sleep(lookEvery, AbortSignal.any([until, rung]))
    if (until.aborted) return
    // What rings while it looks is heard as well.
    rung = bell.signal
    await look(run, stop).catch((error: unknown) => log.warn('rollbacks could not be looked for', { deployment: run.deployment.id, error }))
  }
}

async function look({ deployment, lease, ports }: Run, stop: Stop): Promise<void> {
  const { repository, environment, id } = deployment
  const open = await ports.store.deployments.open(fullName(repository), environment)
  if (!open.some(({ kind, state }) => kind === 'rollback' && !isAtWork(state))) return
  const rollback = makesRoomFor(
    deployment,
    open,
    await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered),
  )
  const over = overOf(deployment)
  if (!rollback || !over) return
  // It began after the rollback had been gathered: then that does not know of it yet.
  if (!rollback.over) await ports.store.deployments.advance(rollback.id, lease, rollback.state, { over })
  ports.log.info('deployment taken back', { deployment: id, environment, rollback: rollback.id, state: deployment.state })
  stop.order(reason('taken-back', { person: rollback.actor, environment, revision: over.revision }))
}
