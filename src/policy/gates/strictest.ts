import type { ApprovalRule, CheckRule, GateRules, WindowRule } from '../../domain/gate.ts'
import type { CheckDemand } from './checks.ts'

/** The rules of several sources as one. Each list is a set: every entry has to be met, in no order. */
export interface GateDemands {
  checks: CheckDemand
  /** Environments that must have verified the images first, sorted. */
  after: string[]
  approve: ApprovalRule[]
  /** Each list is one source's: within it any allow may let a deployment through, but every list has to. */
  windows: WindowRule[][]
}

/**
 * What has to be met so that each source is satisfied: the head of the branch, the revision that runs, the operator's floor. With the
 * running revision among them, a change that loosens a gate takes effect after the deployment that brings it.
 */
export const strictest = (sources: readonly Partial<GateRules>[]): GateDemands =>
  sources.map(demandsOf).reduce(together, { checks: { all: false, names: [] }, after: [], approve: [], windows: [] })

/** What has to be met for both. */
export function together(one: GateDemands, other: GateDemands): GateDemands {
  return {
    checks: {
      all: one.checks.all || other.checks.all,
      names: [...new Set([...one.checks.names, ...other.checks.names])].sort(),
    },
    after: [...new Set([...one.after, ...other.after])].sort(),
    approve: mostOf([...one.approve, ...other.approve]),
    windows: distinct([...one.windows, ...other.windows]),
  }
}

const demandsOf = ({ checks = { kind: 'none' }, after, approve, windows = [] }: Partial<GateRules>): GateDemands => ({
  checks: checkDemand(checks),
  after: after === undefined ? [] : [after],
  approve: approve === undefined ? [] : [plain(approve)],
  windows: windows.length === 0 ? [] : [distinct(windows)],
})

const checkDemand = (rule: CheckRule): CheckDemand => ({
  all: rule.kind === 'all',
  names: rule.kind === 'named' ? [...new Set(rule.names)].sort() : [],
})

/** GitHub does not tell the letters of logins and teams apart by case. */
const plain = ({ by, count, notAuthor }: ApprovalRule): ApprovalRule => ({
  by: [...new Set(by.map((name) => name.toLowerCase()))].sort(),
  count,
  notAuthor,
})

/** Without the rules that are met wherever another one is: nobody has to read both. */
function mostOf(rules: readonly ApprovalRule[]): ApprovalRule[] {
  const each = distinct(rules)
  return each.filter((rule) => !each.some((other) => other !== rule && implies(other, rule)))
}

const implies = (strict: ApprovalRule, loose: ApprovalRule): boolean =>
  strict.count >= loose.count &&
  (strict.notAuthor || !loose.notAuthor) &&
  (loose.by.length === 0 || (strict.by.length > 0 && strict.by.every((name) => loose.by.includes(name))))

/** Each once, in an order that only their contents decide. */
function distinct<T>(all: readonly T[]): T[] {
  const byText = new Map(all.map((each) => [JSON.stringify(each), each]))
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
}
