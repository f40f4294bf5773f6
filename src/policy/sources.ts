import type { FloorRule, SourceRule, SourcesRule } from '../domain/configuration.ts'
import { matches } from '../domain/glob.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Ref } from '../domain/ref.ts'
import { namesText } from './gates/names.ts'

/** What the file on the default branch says of an environment; undefined where it does not know it. */
export type ByDefault =
  | { kind: 'follows'; source: SourceRule }
  /** These files cannot be used, and one of them may have it. */
  | { kind: 'unreadable'; files: readonly string[] }
  | undefined

/**
 * Why an environment may not be deployed from here, by the operator's floor: every rule has to let it through.
 *
 * @param from of a commit that somebody named without its tag the pattern its environment follows, which has to be let through as a whole
 */
export function belowFloor(environment: string, from: Ref, floor: readonly FloorRule[]): Reason | undefined {
  const strict = floor.flatMap((rule) => rule.from ?? []).find((rule) => !patternsFor(from, rule).some((one) => matches(one, from.name)))
  return strict && reason('source-not-allowed', { environment, from: refText(from), allowed: allowedText(strict) })
}

/**
 * Why a branch may not have an environment, by the file on the default branch. Whoever can push some branch writes what that one's own file
 * says, and would otherwise take hosts and secrets of an environment that is another's.
 */
export function takenFrom(environment: string, branch: string, byDefault: ByDefault): Reason | undefined {
  if (byDefault === undefined) return undefined
  const told = { environment, from: refText({ kind: 'branch', name: branch }), branch }
  if (byDefault.kind === 'unreadable') return reason('source-unknown', { ...told, files: namesText(byDefault.files) })
  const { source } = byDefault
  if (source.kind === 'branch' && source.branch === branch) return undefined
  const theirs = refText(source.kind === 'branch' ? { kind: 'branch', name: source.branch } : { kind: 'tag', name: source.pattern })
  return reason('source-elsewhere', { ...told, theirs })
}

const patternsFor = ({ kind }: Ref, { branches, tags }: SourcesRule): readonly string[] => (kind === 'branch' ? branches : tags)

/** `branch main`, `tag v1` */
const refText = ({ kind, name }: Ref): string => `${kind} ${name}`

/** `branches main and release/*, tags v*` */
const allowedText = ({ branches, tags }: SourcesRule): string =>
  [
    ...(branches.length > 0 ? [`${branches.length === 1 ? 'branch' : 'branches'} ${namesText(branches)}`] : []),
    ...(tags.length > 0 ? [`${tags.length === 1 ? 'tag' : 'tags'} ${namesText(tags)}`] : []),
  ].join(', ')
