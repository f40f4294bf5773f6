import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { originsIn, withOrigins } from '../plan/images.ts'
import { releaseMeant } from '../policy/release-meant.ts'
import { rollbackTarget } from '../policy/rollback-target.ts'
import { draftOf } from './draft.ts'
import { lookAtHosts, nextGeneration } from './hosts-state.ts'
import { type Prepared, rejected } from './prepared.ts'
import { renderRelease } from './render-release.ts'
import type { Run } from './run.ts'
import { runningRelease } from './running.ts'
import { grantedTarget } from './target.ts'

/** How many deployments back a release to return to is looked for. */
const remembered = 500

/**
 * Plans the way back to the release before the one that runs: that release's Compose files and its very digests, on the
 * hosts that run now. The registry is not asked: the images were verified once and are still on the hosts. No gate is asked either.
 */
export async function planRollback(run: Run): Promise<Prepared> {
  const { repository, environment } = run.deployment
  const history = await run.ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const { revision } = run.deployment
  const release = (revision === undefined ? rollbackTarget(history) : releaseMeant(history, { kind: 'commit', revision }))?.plan
  const now = history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan
  if (now) run.notify = now.notify
  if (!release || !now) return rejected(reason('nothing-to-return-to', { environment }))

  const target = grantedTarget(
    fullName(repository),
    release.project,
    environment,
    now.hosts.map(({ name }) => name),
    run,
  )
  if (target.kind !== 'ok') return target
  const { granted, hosts } = target.value
  const [seen, rendered] = await Promise.all([
    lookAtHosts(hosts, { project: release.project, environment }, run.ports, run.signal),
    renderRelease(repository, release.revision, environment, granted, run.ports),
  ])
  if (rendered.kind !== 'ok') return rendered
  if (seen.kind !== 'ok') return seen
  const { images: rules } = rendered.value.file
  const draft = draftOf(
    {
      kind: 'rollback',
      release: release.release,
      rendered: { ...rendered.value, images: withOrigins(rendered.value.images, originsIn(release.images, rules), rules) },
      pinned: release.images,
      seen: seen.value,
      running: await runningRelease(seen.value, repository, environment, run.ports),
    },
    target.value,
    run,
  )
  if (draft.kind !== 'ok') return draft
  const generation = await nextGeneration(seen.value, repository, environment, run.ports)
  return generation.kind === 'ok' ? { kind: 'planned', plan: { ...draft.value, generation: generation.value } } : generation
}
