import type { Deployment, State } from '../domain/deployment.ts'
import { matches } from '../domain/glob.ts'
import { contractLabel, type StepRule } from '../domain/one-off.ts'
import type { Contract } from '../domain/plan.ts'
import type { ChangedFiles } from './gates/paths.ts'

/** What a deployment brings that has not run yet. */
export interface Brought {
  /** What `contract` names in the commit itself and in the one that runs; unknown where nobody can read the latter. */
  patterns: readonly string[] | 'unknown'
  /** Of files. */
  changed: ChangedFiles
  labels: Labels
}

/** Of the pull requests that it comes by. */
export interface Labels {
  /** Numbers of those whose label says that nothing older fits. */
  labelled: readonly number[]
  /** Why others may have come by that nobody knows of, in plain words. */
  untold?: string
}

/** Why older releases would not fit any more; undefined where they do. What nobody knows is taken for granted. */
export function contractIn({ patterns, changed, labels: { labelled, untold } }: Brought): Contract | undefined {
  const files = patterns === 'unknown' || changed === 'unknown' ? [] : changed.filter((path) => isNamed(path, patterns))
  const others = [
    ...(patterns === 'unknown' ? ['nobody can read what `contract` names at the commit that runs'] : untoldFiles(patterns, changed)),
    ...labelled.map((number) => `#${number} has the label ${contractLabel}`),
    ...(untold === undefined ? [] : [untold]),
  ]
  const because = [...filesText(files), ...others]
  if (because.length === 0) return undefined
  return { because, ...(others.length === 0 && files.length <= mostFiles && { files }) }
}

/** Files of one contract that are remembered by name. */
const mostFiles = 100

const isNamed = (path: string, patterns: readonly string[]): boolean => patterns.some((pattern) => matches(pattern, path))

const untoldFiles = (patterns: readonly string[], changed: ChangedFiles): string[] =>
  patterns.length > 0 && changed === 'unknown' ? ['GitHub does not tell all files that changed, and some may be of `contract`'] : []

function filesText([first, ...more]: readonly string[]): string[] {
  if (first === undefined) return []
  return [more.length === 0 ? `${first} changed` : `${first} and ${more.length} more changed`]
}

/** What `contract` names in any of these steps. */
export const contractPatterns = (...steps: (readonly StepRule[])[]): string[] => [
  ...new Set(steps.flat().flatMap(({ contract = [] }) => contract)),
]

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
