import type { Aimed } from '../domain/command.ts'
import { reason } from '../domain/reason.ts'
import { planAnswer } from '../report/answers/plan.ts'
import type { Commanded } from './commanded.ts'
import { planOfPull, reportsOf } from './pull-requests.ts'
import { answer, refuseCommand } from './settle.ts'

/** `/plan`: computes anew what merging this pull request would do, and shows it where it is shown. */
export async function tellPlan(_command: Aimed<'plan'>, { intent, ports }: Commanded): Promise<void> {
  const { comment, repository } = intent
  const plan = comment && (await planOfPull(repository, comment.issue, new AbortController().signal, ports))
  if (!plan) return refuseCommand(intent, reason('no-pull-request'), ports)
  await ports.store.pullPlans.keep(plan, reportsOf(plan))
  await answer(intent, planAnswer(intent.id, plan), {}, ports)
}
