import type { EnvironmentRule, PathsRule, ProjectFile } from '../../domain/configuration.ts'
import { isWithin } from '../../domain/files.ts'
import { matches } from '../../domain/glob.ts'

/**
 * Paths that differ between two commits, of a renamed file both; `unknown` where GitHub does not list them all (it stops
 * at 300) or one of the commits is gone.
 */
export type ChangedFiles = readonly string[] | 'unknown'

/** Whether a deployment would bring anything. */
export type PathsDecision = { kind: 'deploy' } | { kind: 'nothing-to-do'; why: string }

/**
 * Nothing to do when only ignored files changed since what was deployed. A commit that changes no file at all was made to be deployed:
 * people push empty ones for that.
 *
 * @param own the project's file. It is never ignored, so that what it asks for anew does not wait for a change of something else, and
 * no change of the rules excuses itself
 */
export function paths(rules: PathsRule, own: string, changed: ChangedFiles): PathsDecision {
  if (changed === 'unknown' || changed.length === 0 || changed.includes(own) || !onlyIgnored([rules], changed)) return { kind: 'deploy' }
  const [first, ...others] = changed
  const named = others.length === 0 ? `${first}, which` : `${first} and ${others.length} more, all of which`
  return { kind: 'nothing-to-do', why: `only ignored files changed: ${named} \`paths\` leaves out` }
}

/** What a change has to be of to concern an environment: files that hosts get concern it, whatever is ignored otherwise. */
export const pathsFor = ({ paths }: ProjectFile, { files = [] }: Pick<EnvironmentRule, 'files'> = {}): PathsRule =>
  files.length === 0 ? paths : { ...paths, always: files.map(({ from }) => from) }

/** Whether there is any file that rules ignore. */
export const ignoreAnything = ({ ignore, only }: PathsRule): boolean => ignore.length > 0 || only.length > 0

/** Whether every changed file is ignored by every one of the rules. Without rules nothing is ignored. */
export function onlyIgnored(rules: readonly PathsRule[], changed: ChangedFiles): boolean {
  if (changed === 'unknown') return false
  return changed.every((path) => rules.length > 0 && rules.every((rule) => isIgnored(rule, path)))
}

const isIgnored = ({ ignore, only, always = [] }: PathsRule, path: string): boolean =>
  !always.some((from) => isWithin(path, from)) &&
  (ignore.some((pattern) => matches(pattern, path)) || (only.length > 0 && !only.some((pattern) => matches(pattern, path))))

/**
 * Whether an image has to be built anew, or may keep the digest it has.
 *
 * @param patterns the image's own `paths`; without them every commit has an image of its own
 */
export function imageChanged(patterns: readonly string[] | undefined, changed: ChangedFiles): boolean {
  if (patterns === undefined || patterns.length === 0 || changed === 'unknown') return true
  return changed.some((path) => patterns.some((pattern) => matches(pattern, path)))
}
