import { reason } from '../domain/reason.ts'
import { planAnswer } from '../report/answers/plan.ts'
import type { Commanded } from './commanded.ts'
import { pullsSubject } from './pull-requests.ts'
import { answer, refuseCommand } from './settle.ts'

/**
 * `/plan`: what merging this pull request would do is computed anew, and shown where it is shown. It takes its time, and is not waited for
 * here: merges would have to wait as well.
 */
export async function tellPlan({ intent, ports }: Commanded): Promise<void> {
  const { comment, repository } = intent
  const pull = comment && (await ports.github.pullRequest(repository, comment.issue))
  if (pull?.state !== 'open') return refuseCommand(intent, reason('no-pull-request'), ports)
  await ports.store.wantedPlans.want(repository, pull.number, { asked: true })
  await ports.queue.wake(pullsSubject(repository))
  await answer(intent, planAnswer(intent.id, pull.number), {}, ports)
}
