import type { PlannedStep } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { once } from '../host/commands.ts'
import { type Ended, readEnded } from '../host/output.ts'
import { durationText } from '../report/time.ts'
import { obeyCancel } from './cancel.ts'
import { type Execution, send } from './execution.ts'
import { understood } from './fleet.ts'

/**
 * Runs what is to be run once before hosts change, one after another. What was begun is waited for, whatever somebody wants meanwhile: half
 * of a migration is worse than either release. The hosts know what ran already, so that whoever takes over may simply do this again.
 * Resolves to false where the deployment has ended: a step failed, or it was cancelled or taken back in time.
 */
export async function runSteps(execution: Execution): Promise<boolean> {
  const { run, plan } = execution
  for (const [index, step] of (plan.before ?? []).entries()) {
    await run.to('stepping', { rollout: { wave: 0 } })
    if (await endedBetween(execution)) return false
    const failed = await runStep(execution, step, index + 1)
    if (failed) {
      await run.end('failed', failed)
      return false
    }
  }
  return !(await endedBetween(execution))
}

/** Ends it while nothing of a host was changed, where somebody wants that. */
async function endedBetween({ run, stop }: Execution): Promise<boolean> {
  if (await obeyCancel(run)) return true
  if (stop.why) await run.end('cancelled', stop.why)
  return stop.why !== undefined
}

/** Resolves to why it failed, where it did. */
async function runStep(execution: Execution, step: PlannedStep, number: number): Promise<Reason | undefined> {
  const { run, plan, hosts, sealed } = execution
  const host = hosts.get(step.host)
  if (!host) throw new Error(`the plan has no host ${step.host}`)
  const words = step.run.join(' ')
  await run.note('before', `${step.service} runs ${words}, for ${durationText(step.within)} at most`, host.name)
  const command = once(plan, execution.authority, { ...step, name: `before-${number}`, of: plan.generation })
  // What somebody wants meanwhile counts once it has ended: `stop` is not heeded.
  const told = await send(execution, host, command, { name: 'before', refused: 'step-failed', dockerPatience: 600 })
  const ended = understood(told, host, readEnded)
  if (ended.kind === 'failed') {
    await run.note('before', `${step.service} did not do it`, host.name)
    return { ...ended.reason, evidence: { ...ended.reason.evidence, ...evidenceOf(execution, step) } }
  }
  await run.note('before', endText(step, ended.value, sealed.mask), host.name)
  if (ended.value.code === 0) return undefined
  const last = sealed.mask(ended.value.text).trim().split('\n').at(-1) ?? ''
  const detail = [howEnded(ended.value), last.slice(0, 500)].filter((part) => part !== '').join(': ')
  return reason('step-failed', { host: host.name, detail, ...evidenceOf(execution, step) })
}

const evidenceOf = ({ plan }: Execution, { service, run }: PlannedStep): Record<string, string> => ({
  service,
  run: run.join(' ').slice(0, 200),
  ...(plan.hosts.every(({ previous }) => previous === undefined) && { first: 'yes' }),
  ...(plan.contract && { contract: 'yes' }),
})

function endText({ service, run }: PlannedStep, ended: Ended, mask: (text: string) => string): string {
  const text = ended.text.trimEnd()
  return `${service}: ${run.join(' ')}: ${howEnded(ended)} after ${ended.seconds} s\n${text === '' ? '(it said nothing)' : mask(text)}`
}

const howEnded = ({ code }: Ended): string => {
  if (code === undefined) return 'its time was up, and it was stopped'
  return code === 0 ? 'done' : `exit code ${code}`
}
