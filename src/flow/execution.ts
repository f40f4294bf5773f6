import type { HostRule } from '../domain/configuration.ts'
import type { Plan, PlannedHost } from '../domain/plan.ts'
import type { Reason } from '../domain/reason.ts'
import type { Command } from '../host/command.ts'
import type { Sealed } from './bundle.ts'
import { type Outcome, order, type Step } from './fleet.ts'
import type { Run } from './run.ts'

/** A deployment being executed: the run, its plan, the hosts by name and the sealed bundle. */
export interface Execution {
  run: Run
  plan: Plan
  hosts: Map<string, HostRule>
  sealed: Sealed
}

/** Runs a step on these hosts side by side; all are waited for, whatever becomes of one. */
export function everyHost<T>(execution: Execution, names: readonly string[], act: (host: HostRule) => Promise<T>): Promise<T[]> {
  return Promise.all(
    names.map((name) => {
      const host = execution.hosts.get(name)
      if (!host) throw new Error(`the plan has no host ${name}`)
      return act(host)
    }),
  )
}

/** Sends one order of this deployment. */
export const send = ({ run, sealed }: Execution, host: HostRule, command: Command, step: Step) =>
  order(run.ports, host, command, step, sealed.secrets, run.signal)

/** The plan's facts about a host. */
export function planned(plan: Plan, host: HostRule): PlannedHost {
  const found = plan.hosts.find(({ name }) => name === host.name)
  if (!found) throw new Error(`the plan has no host ${host.name}`)
  return found
}

export const firstFailure = (outcomes: Outcome<unknown>[]): Reason | undefined =>
  outcomes.find((outcome) => outcome.kind === 'failed')?.reason
