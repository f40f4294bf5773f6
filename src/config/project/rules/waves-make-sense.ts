import { duplicates } from '../../duplicates.ts'
import type { Finding, Path } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { RolloutShape } from '../rollout.ts'
import type { ProjectShape } from '../schema.ts'

/** Nothing is written of a rollout that cannot happen: batches of hosts that all go at once, a pause where there is one wave, time for no hook. */
export const wavesMakeSense: Rule<ProjectShape> = ({ defaults, environments }) => [
  ...contradictionsIn(['defaults', 'rollout'], defaults?.rollout),
  ...Object.entries(environments).flatMap(([name, { rollout }]) => contradictionsIn(['environments', name, 'rollout'], rollout)),
]

function contradictionsIn(path: Path, rollout: RolloutShape | undefined): Finding[] {
  if (rollout === undefined) return []
  const { strategy, batch, pause, canary, 'start-first': startFirst = [] } = rollout
  const { within, then } = typeof canary === 'object' ? canary : {}
  const remedy = 'Remove it, or write `strategy: rolling`'
  return [
    ...(strategy === 'all-at-once' && batch !== undefined
      ? [{ path: [...path, 'batch'], onKey: true, what: 'there are no batches where all hosts go at once', remedy }]
      : []),
    ...(strategy !== 'rolling' && batch === undefined && canary === undefined && pause !== undefined
      ? [{ path: [...path, 'pause'], onKey: true, what: 'there is nothing to pause between where all hosts go at once', remedy }]
      : []),
    ...(within !== undefined && then === undefined
      ? [{ path: [...path, 'canary', 'within'], onKey: true, what: 'nobody is asked', remedy: 'Remove it, or write `then: approve`' }]
      : []),
    ...(Array.isArray(startFirst)
      ? duplicates([...path, 'start-first'], startFirst)
      : Object.entries(startFirst).flatMap(([name, { hook, within: time }]) =>
          hook === undefined && time !== undefined
            ? [
                {
                  path: [...path, 'start-first', name, 'within'],
                  onKey: true,
                  what: 'there is no hook',
                  remedy: 'Remove it, or add `hook`',
                },
              ]
            : [],
        )),
  ]
}
