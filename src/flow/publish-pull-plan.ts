import type { PullPlan } from '../domain/pull-plan.ts'
import { pullPlanCheck, pullPlanComment } from '../report/pull-plan.ts'
import type { Ports, Report } from './ports.ts'
import { publishCheck } from './publish-check.ts'
import { commentOnce, editOnly } from './publish-once.ts'

/** Publishes what merging a pull request (`owner/name#12`) would do, on one surface. Resolves to what to remember for the next time. */
export async function publishPullPlan(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [repository = '', number] = id.split('#', 2)
  const plan = await ports.store.pullPlans.of(repository, Number(number))
  if (!plan) return report.memory
  // Where no environment follows the branch it goes into, only what has shown something else is told so.
  if (plan.environments.length === 0 && !plan.asked && report.memory === undefined && !report.begun) return undefined
  if (report.surface === 'plan-check') return publishCheck(report, plan.repository, pullPlanCheck(plan, ports.addresses.github), ports)
  return comment(report, plan, ports)
}

/**
 * One comment, edited where it says something else than before, and not only when. A pull request that would deploy nothing gets none: the check says so, and
 * most of those are about texts.
 */
async function comment(report: Report, plan: PullPlan, ports: Ports): Promise<string | undefined> {
  const [known, shown] = report.memory?.split(' ') ?? []
  if (known === undefined && !plan.asked && plan.environments.every(({ kind }) => kind === 'nothing')) return undefined
  const said = (at: string) => pullPlanComment({ ...plan, at }, ports.addresses.github)
  const fingerprint = ports.signer.fingerprint(said(plan.asked ? plan.at : ''))
  if (shown === fingerprint && !report.begun) return report.memory
  const text = said(plan.at)
  const id =
    known === undefined
      ? await commentOnce(report, plan.repository, plan.number, text, ports)
      : await editOnly(report, plan.repository, plan.number, Number(known), text, ports)
  return `${id} ${fingerprint}`
}
