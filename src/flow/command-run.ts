import type { Aimed } from '../domain/command.ts'
import type { TaskRun } from '../domain/one-off.ts'
import type { Commanded } from './commanded.ts'
import { commentReports } from './comment-answer.ts'
import { permitTask } from './permit-task.ts'
import { taskSubject } from './run-task.ts'
import { refuseCommand } from './settle.ts'

/**
 * `/run`: a named task, with the release that runs and in its words. Who may not have it run now, for a lock, a window, or as nobody who may
 * approve there, is told at once: a task that begins hours later, when nobody looks, would surprise.
 */
export async function runTask({ environment, task }: Aimed<'run'>, { intent, role, ports }: Commanded): Promise<void> {
  const { repository, actor, comment } = intent
  const wanted = { repository, environment, task, actor, ...(comment && { comment }) }
  const permitted = await permitTask(wanted, role, ports)
  if (permitted.kind === 'refused') return refuseCommand(intent, permitted.reason, ports)
  const run: TaskRun = {
    ...{ id: ports.ids(), intent: intent.id, project: permitted.plan.project, createdAt: ports.clock.now().toISOString() },
    ...wanted,
    ...permitted.words,
  }
  const reports = comment ? commentReports(repository, comment) : []
  await ports.store.intents.settle(intent.id, { kind: 'task', id: run.id }, [], reports, { task: run })
  ports.log.info('task asked for', { task, run: run.id, environment, person: actor })
  await ports.queue.wake(taskSubject(run.id))
  await ports.queue.wake('reports')
}
