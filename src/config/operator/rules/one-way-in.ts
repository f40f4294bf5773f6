import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import type { OperatorShape } from '../schema.ts'
import { saidByGroups, wayInOf } from '../way-in.ts'

/** A host of two groups that say different things of the way to it says it itself: which group stands first would be chance. */
export const oneWayIn: Rule<OperatorShape> = (file) =>
  Object.entries(file.hosts).flatMap(([name, host]) =>
    wayInOf.flatMap((key): Finding[] => {
      const [first, ...others] = saidByGroups(file, name, key)
      const other = others.find(({ said }) => said !== first?.said)
      if (host[key] !== undefined || first === undefined || other === undefined) return []
      const what = `its groups "${first.group}" and "${other.group}" say different things of \`${key}\``
      return [{ path: ['hosts', name], onKey: true, what, remedy: `Write \`${key}\` at the host` }]
    }),
  )
