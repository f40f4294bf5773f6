import type { Deployment } from '../domain/deployment.ts'
import type { TaskRun } from '../domain/one-off.ts'
import { runsOn } from '../domain/placement.ts'
import { allHosts, type Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'

/** The release that runs. */
export interface RunningRelease {
  runs: Deployment
  plan: Plan
}

/** It, and the host on which a task is run. */
export interface TaskTarget extends RunningRelease {
  host: string
}

export type Found<T> = ({ kind: 'found' } & T) | { kind: 'refused'; reason: Reason }

/**
 * The release that runs. None where nobody knows.
 *
 * @param history deployments of the environment, newest first
 */
export function whatRuns(asked: Pick<TaskRun, 'task' | 'environment'>, history: readonly Deployment[]): Found<RunningRelease> {
  const runs = history.find(({ plan, state }) => plan !== undefined && (state === 'succeeded' || state === 'halted'))
  if (!runs?.plan) return notRun(asked, 'nothing was verified there yet')
  if (runs.state === 'halted') return notRun(asked, 'it is halted, and nobody knows what runs')
  return { kind: 'found', runs, plan: runs.plan }
}

/** The first of its hosts on which it runs a task's service. */
export function taskTarget(
  { service, ...asked }: Pick<TaskRun, 'task' | 'environment' | 'service'>,
  running: RunningRelease,
): Found<TaskTarget> {
  const { plan } = running
  const planned = plan.services.find(({ name }) => name === service)
  const here = new Set(plan.hosts.map(({ name }) => name))
  const host = planned && allHosts(plan).find((name) => here.has(name) && runsOn(planned, name))
  return host === undefined ? notRun(asked, `no host of the release that runs has ${service}`) : { kind: 'found', ...running, host }
}

/** Why a task is not run, for people. */
export const notRun = ({ task, environment }: Pick<TaskRun, 'task' | 'environment'>, why: string): { kind: 'refused'; reason: Reason } => ({
  kind: 'refused',
  reason: reason('task-not-run', { task, environment, why }),
})
