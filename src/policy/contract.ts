import type { Deployment, State } from '../domain/deployment.ts'
import { matches } from '../domain/glob.ts'
import { contractLabel, type StepRule } from '../domain/one-off.ts'
import type { Contract } from '../domain/plan.ts'
import type { ChangedFiles } from './gates/paths.ts'

/** What a deployment brings that has not run yet. */
export interface Brought {
  /** Of files. */
  changed: ChangedFiles
  /** Numbers of the pull requests whose label says that nothing older fits. */
  labelled: readonly number[]
}

/** Why older releases would not fit any more; undefined where they do. Where nobody knows which files changed it is taken for granted. */
export function contractIn(before: readonly StepRule[], { changed, labelled }: Brought): Contract | undefined {
  const patterns = before.flatMap(({ contract = [] }) => contract)
  const labels = labelled.map((number) => `#${number} has the label ${contractLabel}`)
  const because = [...filesText(patterns, changed), ...labels]
  return because.length > 0 ? { because } : undefined
}

function filesText(patterns: readonly string[], changed: ChangedFiles): string[] {
  if (patterns.length === 0) return []
  if (changed === 'unknown') return ['GitHub does not tell all files that changed, and some may be of `contract`']
  const [first, ...more] = changed.filter((path) => patterns.some((pattern) => matches(pattern, path)))
  if (first === undefined) return []
  return [more.length === 0 ? `${first} changed` : `${first} and ${more.length} more changed`]
}

/**
 * The newest release that whoever goes back to this one would go over, and that nothing older fits; undefined where there is none. One that
 * somebody went back over already counts no more.
 *
 * @param history deployments of the environment, newest first
 * @param to absent: to anything older than all of them
 */
export function contractOver(history: readonly Deployment[], to?: Pick<Deployment, 'plan'>): Deployment | undefined {
  const at = history.findIndex(({ state, plan }) => plan !== undefined && (state === 'succeeded' || state === 'halted'))
  const runs = history[at]?.plan
  const target = to?.plan?.generation ?? 0
  return history.find((one, position) => {
    if (one.kind !== 'deploy' || one.plan?.contract === undefined || one.plan.generation <= target) return false
    // What is newer than what runs and never came to a host counts for what it did before that.
    if (position < at || at === -1) return cameToHosts.has(one.state) || failedBefore(one)
    return cameToHosts.has(one.state) && one.plan.generation <= (runs?.again ?? runs?.generation ?? 0)
  })
}

const cameToHosts: ReadonlySet<State> = new Set(['stepping', 'rolling', 'verifying', 'paused', 'rolling-back', 'succeeded', 'halted'])

/** Whether it failed in what it does before, and so may have done some of it. */
const failedBefore = ({ state, rollout }: Deployment): boolean => state === 'failed' && rollout !== undefined
