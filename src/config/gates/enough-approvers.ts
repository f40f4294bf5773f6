import type { Finding, Path } from '../finding.ts'
import type { ApprovalShape } from './approval.ts'
import { approvalRule } from './approval.ts'

/** A finding at the path where more people have to agree than are named. Who is in a team only GitHub knows. */
export function enoughApprovers(path: Path, approve: ApprovalShape): Finding[] {
  const { by, count } = approvalRule(approve)
  const people = new Set(by.map((person) => person.toLowerCase()))
  if (by.length === 0 || by.some((person) => person.startsWith('team:')) || count <= people.size) return []
  return [
    {
      path,
      what: `${count} approvals are asked for, and only ${people.size} ${people.size === 1 ? 'person' : 'people'} may give one`,
      remedy: 'Name more people or a team in `by`, or ask for fewer in `count`',
    },
  ]
}
