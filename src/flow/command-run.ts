import type { Aimed } from '../domain/command.ts'
import type { TaskRun } from '../domain/one-off.ts'
import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { suggest } from '../domain/suggest.ts'
import { lock } from '../policy/gates/lock.ts'
import type { CommandedThere } from './commanded.ts'
import { commentReports } from './comment-answer.ts'
import { taskSubject } from './run-task.ts'
import { refuseCommand } from './settle.ts'

/**
 * `/run`: a named task of the project's file, with the release that runs. Who may not deploy there for somebody's lock may not run anything
 * there either, and is told at once: a task that begins hours later, when nobody looks, would surprise.
 */
export async function runTask({ environment, task }: Aimed<'run'>, { intent, file, ports }: CommandedThere): Promise<void> {
  const tasks = file.tasks ?? {}
  const names = Object.keys(tasks)
  const rule = Object.hasOwn(tasks, task) ? tasks[task] : undefined
  if (!rule) {
    const meant = suggest(task, names)
    return refuseCommand(
      intent,
      reason('task-unknown', { task, known: names.join(', ') || 'none', ...(meant !== undefined && { meant }) }),
      ports,
    )
  }
  const { repository, actor, comment } = intent
  const now = ports.clock.now().toISOString()
  const held = lock({ locks: await ports.store.locks.of(fullName(repository)), environment, kind: 'deploy', actor, now })
  if (held.kind !== 'open') return refuseCommand(intent, held.reason, ports)
  const run: TaskRun = {
    ...{ id: ports.ids(), intent: intent.id, repository, project: file.project, environment, task, actor, createdAt: now },
    ...(comment && { comment }),
    ...rule,
  }
  const reports = comment ? commentReports(repository, comment) : []
  await ports.store.intents.settle(intent.id, { kind: 'task', id: run.id }, [], reports, { task: run })
  ports.log.info('task asked for', { task, run: run.id, environment, person: actor })
  await ports.queue.wake(taskSubject(run.id))
  await ports.queue.wake('reports')
}
