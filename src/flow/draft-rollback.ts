import type { Deployment } from '../domain/deployment.ts'
import { type GateRules, nothingAsked } from '../domain/gate.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import { allAtOnce } from '../domain/rollout.ts'
import { startFirstOf } from '../plan/beside.ts'
import { freezeKept } from '../plan/freeze-kept.ts'
import { originsIn, withOrigins } from '../plan/images.ts'
import { keptIn } from '../policy/kept-files.ts'
import { draftOf } from './draft.ts'
import { shellMissing } from './hosts-fit.ts'
import { plannedHosts, type SeenHost } from './hosts-state.ts'
import type { Step } from './prepared.ts'
import type { RenderedRelease } from './render-release.ts'
import type { Run } from './run.ts'
import { runningRelease } from './running.ts'
import type { GrantedTarget } from './target.ts'

/** Everything that a way back is made from. */
export interface RollbackFacts {
  /** The plan of the release to go back to. */
  release: Plan
  /** That of what runs: whether hosts are passed over is not for an older release to say. */
  now: Plan
  /** Deployments of the environment, newest first. */
  history: Deployment[]
  seen: SeenHost[]
  target: GrantedTarget
  run: Run
}

export const unreachableOf = ({ unreachable }: Plan): Pick<Plan, 'unreachable'> => (unreachable ? { unreachable } : {})

/** Going back passes every gate, and takes none away: an older release may know nothing of them. */
const gatesNow = (history: readonly Deployment[], release: Plan): GateRules =>
  history.find(({ state }) => state === 'succeeded')?.plan?.gates ?? release.gates ?? nothingAsked

/** What runs leaves as it was last planned; that the release gone back to does not know of it yet makes no difference. */
const startFirstNow = (history: readonly Deployment[]) =>
  startFirstOf(history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan ?? { services: [] })

/** From the repository at the release's commit, with the release's own digests. */
export async function draftAgain(
  rendered: RenderedRelease,
  { release, now, history, seen, target, run }: RollbackFacts,
): Promise<Step<Draft>> {
  const { repository, environment } = run.deployment
  const { images: rules } = rendered.file
  return draftOf(
    {
      kind: 'rollback',
      release: release.release,
      again: release.generation,
      rendered: { ...rendered, images: withOrigins(rendered.images, originsIn(release.images, rules), rules) },
      pinned: release.images,
      seen,
      running: await runningRelease(seen, repository, environment, run.ports),
      gates: gatesNow(history, release),
      rollout: { ...allAtOnce, ...unreachableOf(now), startFirst: { ...startFirstOf(release), ...startFirstNow(history) } },
    },
    target,
    run,
  )
}

/** While something is missing that it would be made from: from the release's plan, with the files that hosts keep of it. @param why in words */
export async function draftKept({ release, now, history, seen, target, run }: RollbackFacts, why: string): Promise<Step<Draft>> {
  const { repository, environment } = run.deployment
  const kept = keptIn(history, release)
  await run.note('plan', `${why}: the files and the values of .env are those of generation ${kept}, as hosts keep them`)
  run.ports.log.warn('going back with kept files', { deployment: run.deployment.id, environment, kept, why })
  const draft = freezeKept({
    release,
    kept,
    ...unreachableOf(now),
    names: target.hosts.map(({ name }) => name),
    profiles: target.profiles,
    hosts: plannedHosts(seen, target.profiles),
    running: await runningRelease(seen, repository, environment, run.ports),
    startFirst: startFirstNow(history),
    registries: target.granted.registries,
    gates: gatesNow(history, release),
    notify: run.notify,
  })
  return shellMissing(draft, seen) ?? { kind: 'ok', value: draft }
}
