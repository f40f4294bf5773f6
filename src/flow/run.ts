import type { Deployment, State } from '../domain/deployment.ts'
import { isTerminal } from '../domain/deployment.ts'
import type { Reason } from '../domain/reason.ts'
import type { DeploymentPatch, Lease, Ports } from './ports.ts'
import { deploymentReports, logReports } from './publish.ts'

/** One deployment being worked on by one holder: its present state and the ways to move it and to leave a trace. */
export interface Run {
  /** As last stored. */
  deployment: Deployment
  /** Under which the work is done; its number is the turn that hosts are told. */
  lease: Lease
  ports: Ports
  /** Chat channels to tell of an end that comes before there is a plan; none until it is known that they are granted. */
  notify: readonly string[]
  /** Aborts when the lease is lost or Landfall stops; the present step is left to be continued by whoever comes next. */
  signal: AbortSignal
  /** Stores the next state and wants its reports, in one transaction. */
  to(state: State, patch?: DeploymentPatch): Promise<void>
  /** Ends it with a reason. */
  end(state: 'failed' | 'rejected' | 'superseded' | 'cancelled' | 'rolled-back' | 'halted', why: Reason): Promise<void>
  /** Throws LeaseLost where somebody else has taken the work over: then nothing of it is this worker's business any more. */
  mustHold(): Promise<void>
  /** Adds a line to the deployment's record. */
  note(step: string, text: string, host?: string): Promise<void>
}

/**
 * Steps of a deployment that goes well. Their reports wait for the next look at what is due and mostly coalesce: GitHub
 * allows 500 writes an hour, and publishing takes time from the work itself.
 */
const unhurried: ReadonlySet<State> = new Set(['planned', 'pulling', 'stepping', 'rolling', 'verifying', 'paused'])

export function openRun(deployment: Deployment, lease: Lease, signal: AbortSignal, ports: Ports): Run {
  const now = () => ports.clock.now().toISOString()
  const run: Run = {
    deployment,
    lease,
    ports,
    notify: [],
    signal,
    async to(state, patch = {}) {
      signal.throwIfAborted()
      const { reason } = patch
      // A remedy names commands that somebody can copy, in a repository with several environments too. What is waited for names its own.
      const why = state !== 'waiting' &&
        reason && { reason: { ...reason, evidence: { environment: run.deployment.environment, ...reason.evidence } } }
      const finished = isTerminal(state) ? { finishedAt: now() } : {}
      const reports = (then: Deployment) => deploymentReports(then, run.notify)
      run.deployment = await ports.store.deployments.advance(run.deployment.id, lease, state, { ...patch, ...why, ...finished }, reports)
      ports.log.info('deployment advanced', { deployment: deployment.id, environment: deployment.environment, state })
      if (!unhurried.has(state)) await ports.queue.wake('reports')
    },
    end: (state, why) => run.to(state, { reason: why }),
    async mustHold() {
      await ports.store.deployments.advance(run.deployment.id, lease, run.deployment.state)
    },
    async note(step, text, host) {
      signal.throwIfAborted()
      const entry = { at: now(), step, text, ...(host !== undefined && { host }) }
      await ports.store.timeline.append(deployment.id, [entry], logReports(run.deployment))
    },
  }
  return run
}
