import type { Deployment } from '../domain/deployment.ts'
import type { TaskRun } from '../domain/one-off.ts'
import { runsOn } from '../domain/placement.ts'
import { allHosts, type Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'

export type TaskTarget = { kind: 'found'; runs: Deployment; plan: Plan; host: string } | { kind: 'none'; reason: Reason }

/**
 * The release that runs, and the first of its hosts on which it runs a task's service. None where nobody knows what runs.
 *
 * @param history deployments of the environment, newest first
 */
export function taskTarget({ task, service, environment }: TaskRun, history: readonly Deployment[]): TaskTarget {
  const none = (why: string): TaskTarget => ({ kind: 'none', reason: reason('task-not-run', { task, environment, why }) })
  const runs = history.find(({ plan, state }) => plan !== undefined && (state === 'succeeded' || state === 'halted'))
  if (!runs?.plan) return none('nothing was verified there yet')
  if (runs.state === 'halted') return none('it is halted, and nobody knows what runs')
  const { plan } = runs
  const planned = plan.services.find(({ name }) => name === service)
  const here = new Set(plan.hosts.map(({ name }) => name))
  const host = planned && allHosts(plan).find((name) => here.has(name) && runsOn(planned, name))
  return host === undefined ? none(`no host of the release that runs has ${service}`) : { kind: 'found', runs, plan, host }
}
