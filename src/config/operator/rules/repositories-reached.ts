import { covers } from '../../../domain/name-pattern.ts'
import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'

/** The first pattern that matches counts, so one that stands behind a wider one never does. GitHub ignores case in names. */
export const repositoriesReached: Rule<OperatorShape> = (file) => {
  const patterns = Object.keys(file.repositories)
  return patterns.flatMap((pattern, index): Finding[] => {
    const wider = patterns.slice(0, index).find((earlier) => covers(earlier.toLowerCase(), pattern.toLowerCase()))
    if (wider === undefined) return []
    const what = `this never counts: "${wider}" above matches the same repositories first`
    return [{ path: ['repositories', pattern], onKey: true, what, remedy: 'Move it above that one, or remove it' }]
  })
}
