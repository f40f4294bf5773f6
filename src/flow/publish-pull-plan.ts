import type { Deployment } from '../domain/deployment.ts'
import type { PullPlan } from '../domain/pull-plan.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { asksForApproval } from '../report/held-by.ts'
import { mergedComment } from '../report/merged.ts'
import { pullPlanCheck, pullPlanComment } from '../report/pull-plan.ts'
import { linksOf } from './links-of.ts'
import type { Ports, Report, ReportKey } from './ports.ts'
import { publishCheck } from './publish-check.ts'
import { keepComment } from './publish-once.ts'
import { takenBackBy } from './taken-back.ts'

/** The one comment on a pull request. */
export const pullComment = (repository: Repository, number: number): ReportKey => ({
  subject: `pull:${fullName(repository)}#${number}`,
  surface: 'plan-comment',
})

/**
 * Publishes what merging a pull request (`owner/name#12`) would do, on one surface, and in its comment later what it did. Resolves to what
 * to remember for the next time.
 */
export async function publishPullPlan(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [repository = '', number = ''] = id.split('#', 2)
  const brought = await ports.store.deployments.ofPullRequest(repository, Number(number))
  const [newest] = brought
  if (newest)
    return report.surface === 'plan-comment' ? merged(report, Number(number), [newest, ...brought.slice(1)], ports) : report.memory
  const plan = await ports.store.pullPlans.of(repository, Number(number))
  if (!plan) return report.memory
  // Where no environment follows the branch it goes into, only what has shown something else is told so.
  if (plan.environments.length === 0 && !plan.asked && report.memory === undefined && !report.begun) return undefined
  if (report.surface === 'plan-check') return publishCheck(report, plan.repository, pullPlanCheck(plan, ports.addresses.github), ports)
  return planned(report, plan, ports)
}

/** A pull request that would deploy nothing gets no comment: the check says so, and most of those are about texts. */
async function planned(report: Report, plan: PullPlan, ports: Ports): Promise<string | undefined> {
  if (report.memory === undefined && !plan.asked && plan.environments.every(({ kind }) => kind === 'nothing')) return undefined
  const said = (at: string) => pullPlanComment({ ...plan, at }, ports.addresses.github)
  return keepComment(report, plan.repository, plan.number, { text: said(plan.at), news: said(plan.asked ? plan.at : '') }, ports)
}

/**
 * What became of the merge, environment by environment. Where there was no comment there is one only to ask people for something: all else
 * they see at the commit.
 *
 * @param brought deployments of what the pull request brought, newest first
 */
async function merged(report: Report, number: number, brought: [Deployment, ...Deployment[]], ports: Ports): Promise<string | undefined> {
  const latest = [...Map.groupBy(brought, ({ environment }) => environment).values()].flatMap(([first]) => first ?? [])
  if (report.memory === undefined && !report.begun && !latest.some(asksForApproval)) return undefined
  const shown = await Promise.all(
    latest.map(async (deployment) => {
      const takenBack = await takenBackBy(deployment, ports)
      return { deployment, ...(takenBack && { takenBack }) }
    }),
  )
  const text = mergedComment(shown, (one) => linksOf(one, ports))
  return keepComment(report, brought[0].repository, number, { text }, ports)
}
