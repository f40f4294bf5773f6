import type { Finding } from '../../finding.ts'
import { enoughApprovers } from '../../gates/enough-approvers.ts'
import { mergeGates, writtenGates } from '../../gates/gates.ts'
import { someMinuteOpen } from '../../gates/some-minute-open.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

type Environment = ProjectShape['environments'][string]
type Defaults = NonNullable<ProjectShape['defaults']>

/** What an environment asks for, with what it has from the defaults, can come true. */
export const gatesCanOpen: Rule<ProjectShape> = ({ defaults = {}, environments }) => [
  ...someMinuteOpen(['defaults', 'windows'], writtenGates(defaults).windows ?? []),
  ...Object.entries(environments).flatMap(([name, own]) => [
    ...approversOf(name, own, defaults),
    ...someMinuteOpen(['environments', name, 'windows'], writtenGates(own).windows ?? []),
  ]),
]

/** Told where the environment says it or, where it says nothing of its own, in the defaults. */
function approversOf(name: string, own: Environment, defaults: Defaults): Finding[] {
  const { approve } = mergeGates(defaults, own)
  if (!approve) return []
  const key = own.approve?.count === undefined && own.approve?.by !== undefined ? 'by' : 'count'
  return enoughApprovers([...(own.approve?.[key] === undefined ? ['defaults'] : ['environments', name]), 'approve', key], approve)
}
