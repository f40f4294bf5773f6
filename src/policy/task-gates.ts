import { reason } from '../domain/reason.ts'
import { type Speaker, whyNotTheirs } from './gates/approval.ts'
import { type Decision, open, refused } from './gates/decision.ts'
import type { GateName } from './gates/evaluate.ts'
import { type LockFacts, lock } from './gates/lock.ts'
import type { GateDemands } from './gates/strictest.ts'
import { window } from './gates/window.ts'

/** Who wants a task run, and what is asked of deployments there. */
export interface TaskFacts extends Pick<LockFacts, 'locks' | 'environment' | 'pullRequest' | 'now'>, Speaker {
  task: string
  demands: GateDemands
}

/**
 * What each gate asks of a command that brings nothing new. Its words and its image are of the release that runs, so that what judges a commit
 * was asked when that came: its checks, where it was verified before, whether it is quarantined, whether two people agreed to it. What
 * judges the moment and the person is asked again. A gate that is new has to be decided on here.
 */
const asked: Record<GateName, ((facts: TaskFacts) => Decision) | 'of the release'> = {
  quarantine: 'of the release',
  checks: 'of the release',
  promotion: 'of the release',
  lock: (facts) => lock({ ...facts, kind: 'deploy', actor: facts.person }),
  approval,
  window: ({ demands, environment, now }) => window({ windows: demands.windows, environment, now }),
}

/** Whether a task may be run now by this person. It waits for nothing: what begins hours later, when nobody looks, would surprise. */
export function taskGates(facts: TaskFacts): Decision {
  for (const asks of Object.values(asked)) {
    const says = asks === 'of the release' ? open() : asks(facts)
    if (says.kind === 'open') continue
    const again = `/run ${facts.task} ${facts.environment}`
    return refused({ ...says.reason, evidence: { ...says.reason.evidence, again } })
  }
  return open()
}

/** One who may approve by every rule there is: how many have to agree to a change, and that it is not their own, is no matter of a task. */
function approval({ demands, environment, task, ...speaker }: TaskFacts): Decision {
  const objections = demands.approve.flatMap((rule) => whyNotTheirs(speaker, { rule: { ...rule, notAuthor: false }, authors: [] }) ?? [])
  if (objections.length === 0) return open()
  const from = [...new Set(objections.map((one) => one.from))].join(', and by another rule ')
  return refused(reason('task-not-theirs', { environment, task, person: speaker.person, from }))
}
