import type { z } from 'zod'
import type { GateRules } from '../../domain/gate.ts'
import { type ApprovalShape, approval, approvalRule } from './approval.ts'
import { checkRule, checks } from './checks.ts'
import { windowRules, windows } from './window.ts'

/** The keys of gates that environments and `defaults` of a repository and the operator's floor have in common. */
export const gateKeys = {
  checks: checks
    .optional()
    .meta({ description: 'Checks of the commit that must be green: `all`, `none` or a list of names. Default `none`.' }),
  approve: approval.optional().meta({ description: 'Who has to agree first.' }),
  windows: windows.optional().meta({ description: 'When deployments go.' }),
}

/** What was written of them. */
export interface GatesShape {
  checks?: z.output<typeof checks> | undefined
  after?: string | undefined
  approve?: ApprovalShape | undefined
  windows?: z.output<typeof windows> | undefined
}

/** What holds for an environment: a list is replaced, an approval changed key by key, so that asking for more people keeps who they are. */
export function mergeGates(defaults: GatesShape, own: GatesShape): GatesShape {
  const approve = defaults.approve || own.approve ? { ...defaults.approve, ...own.approve } : undefined
  return { after: own.after, checks: own.checks ?? defaults.checks, approve, windows: own.windows ?? defaults.windows }
}

/** The rules that were written, and no others. */
export function writtenGates({ checks, after, approve, windows }: GatesShape): Partial<GateRules> {
  return {
    ...(checks !== undefined && { checks: checkRule(checks) }),
    ...(after !== undefined && { after }),
    ...(approve !== undefined && approve.count !== 0 && { approve: approvalRule(approve) }),
    ...(windows !== undefined && { windows: windowRules(windows) }),
  }
}
