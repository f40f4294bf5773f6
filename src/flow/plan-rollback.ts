import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { releaseMeant } from '../policy/release-meant.ts'
import { rollbackTarget } from '../policy/rollback-target.ts'
import { lookAtHosts } from './hosts-state.ts'
import { decide, grantedTarget } from './plan-deployment.ts'
import { type Prepared, rejected } from './prepared.ts'
import { renderRelease } from './render-release.ts'
import type { Run } from './run.ts'
import { runningRelease } from './running.ts'

/** How many deployments back a release to return to is looked for. */
const remembered = 500

/**
 * Plans the way back to the release before the one that runs: that release's Compose files and its very digests, on the
 * hosts that run now. The registry is not asked: the images were verified once and are still on the hosts.
 */
export async function planRollback(run: Run): Promise<Prepared> {
  const { repository, environment } = run.deployment
  const history = await run.ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const { revision } = run.deployment
  const target = (revision === undefined ? rollbackTarget(history) : releaseMeant(history, { kind: 'commit', revision }))?.plan
  const now = history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan
  if (now) run.notify = now.notify
  if (!target || !now) return rejected(reason('nothing-to-return-to', { environment }))

  const allowed = grantedTarget(
    fullName(repository),
    target.project,
    environment,
    now.hosts.map(({ name }) => name),
    run,
  )
  if (allowed.kind !== 'ok') return allowed
  const { granted, hosts } = allowed.value
  const [seen, release] = await Promise.all([
    lookAtHosts(hosts, { project: target.project, environment }, run.ports, run.signal),
    renderRelease(repository, target.revision, environment, granted, run.ports),
  ])
  if (release.kind !== 'ok') return release
  if (seen.kind !== 'ok') return seen
  const running = await runningRelease(seen.value, repository, environment, run.ports)
  return decide(run, release.value, target.images, seen.value, granted, running, { kind: 'rollback', release: target.release })
}
