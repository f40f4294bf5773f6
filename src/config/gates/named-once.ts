import { duplicates } from '../duplicates.ts'
import type { Finding, Path } from '../finding.ts'
import type { GatesShape } from './gates.ts'

/** A finding for every check and person that a list of gates names again. GitHub ignores case in logins and teams. */
export function gatesNamedOnce(path: Path, { checks, approve }: GatesShape): Finding[] {
  return [
    ...duplicates([...path, 'checks'], Array.isArray(checks) ? checks : []),
    ...duplicates(
      [...path, 'approve', 'by'],
      (approve?.by ?? []).map((person) => person.toLowerCase()),
    ),
  ]
}
