import { bakeOf } from '../domain/deployment.ts'
import { onHost } from '../domain/host-view.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { encloseReceipt, receiptNamespace, receiptStatement } from '../host/bundle.ts'
import { confirm, prune, put } from '../host/commands.ts'
import { isChecked } from '../host/manifest.ts'
import { durationText } from '../report/time.ts'
import { canaryGate } from './canary-gate.ts'
import { type Execution, everyHost, firstFailure, mayHaveSwitched, openExecution, send, since } from './execution.ts'
import { endedByLastLook } from './last-look.ts'
import { tellMovedTags } from './moved-tags.ts'
import { receiptOf } from './receipt.ts'
import { returnHosts } from './return.ts'
import { type Rolled, rollEveryWave } from './roll.ts'
import type { Run } from './run.ts'
import { runSteps } from './run-steps.ts'
import { soakSubject, soaksBehind } from './soak.ts'
import type { Stop } from './stop.ts'

/**
 * Brings an environment to its plan. Re-entrant: the state says where it was left, every step is one the hosts answer
 * from what is already true there, and so it is simply done again. Told to stop it waits for nothing more and never succeeds: it ends
 * as it is, or with every host back where it was. Resolves to the seconds to wait when it waits for people.
 */
export async function execute(run: Run, stop: Stop): Promise<number | undefined> {
  const plan = run.deployment.plan
  if (!plan) throw new Error(`deployment ${run.deployment.id} is ${run.deployment.state} without a plan`)
  if (await endedAtOnce(run, plan, stop)) return undefined
  const { rollout } = run.deployment
  // Nothing is fetched or opened for as long as nobody has said anything.
  const asked = rollout?.asked && !stop.why ? await canaryGate(run, plan, rollout.wave) : undefined
  if (asked?.kind === 'waiting') return asked.seconds
  return carryOut(await openExecution(run, plan, stop))
}

async function carryOut(execution: Execution): Promise<number | undefined> {
  const { run, plan, stop, outOfReach, gone } = execution
  if (!mayHaveSwitched(run.deployment.state)) {
    const barred = outOfReach ?? gone
    if (barred) await run.end('failed', barred)
    if (barred || !(await isReady(execution))) return undefined
  } else if (outOfReach || stop.why || run.deployment.state === 'rolling-back') {
    await returnHosts(execution, whyBack(execution))
    return undefined
  }
  // Whatever tags name now: hosts do not wait for a registry any more.
  const telling = tellMovedTags(run, plan)
  const rolled = await rollEveryWave(execution)
  if (rolled.kind === 'failed') await returnHosts(execution, rolled.reason, rolled.kept)
  if (rolled.kind === 'proved') await succeed(execution, rolled)
  await telling
  return rolled.kind === 'waiting' ? rolled.seconds : undefined
}

/** Whether hosts may change now: all have pulled, and what is to be run before has been. Otherwise the deployment has ended. */
const isReady = async (execution: Execution): Promise<boolean> =>
  (execution.run.deployment.state === 'stepping' || (await pullEverywhere(execution))) && runSteps(execution)

/** While it paused its reason was whom it waited for. */
function whyBack({ run, stop, outOfReach }: Execution): Reason {
  const { id, state, reason: known } = run.deployment
  const unknown = reason('internal', { component: 'deploy', reference: id })
  return (state === 'rolling-back' ? known : undefined) ?? stop.why ?? outOfReach ?? unknown
}

/** Whether there is nothing to do any more. */
async function endedAtOnce(run: Run, plan: Plan, { why }: Stop): Promise<boolean> {
  if (!why || mayHaveSwitched(run.deployment.state)) return run.deployment.state === 'planned' && endedByLastLook(run, plan)
  await run.end('cancelled', why)
  return true
}

/** Puts the bundle and pulls every image on every host before anything is stopped anywhere. */
async function pullEverywhere(execution: Execution): Promise<boolean> {
  const { run, plan, stop } = execution
  await run.to('pulling', { startedAt: run.deployment.startedAt ?? run.ports.clock.now().toISOString() })
  const outcomes = await everyHost(
    execution,
    plan.hosts.map(({ name }) => name),
    async (host) => {
      const began = run.ports.clock.now()
      const done = await send(execution, host, put(plan, execution.authority, execution.sealed.envelopeFor(host.name)), {
        name: 'pull',
        refused: 'pull-failed',
        stops: 'at-once',
      })
      await run.note(
        'pull',
        done.kind === 'done' ? `${thereText(plan, host.name)} ${since(run, began)}` : sentenceOf(done.reason),
        host.name,
      )
      return done
    },
  )
  const failed = firstFailure(outcomes)
  if (stop.why) await run.end('cancelled', stop.why)
  else if (failed) await run.end('failed', failed)
  return !stop.why && !failed
}

function thereText(whole: Plan, host: string): string {
  const plan = onHost(whole, host)
  const checked = (plan.synced ?? []).filter((entry) => isChecked(entry, plan)).map(({ service }) => service)
  return checked.length > 0 ? `images are there, and the new files of ${checked.join(', ')} passed their check` : 'images are there'
}

/** Records the signed receipt here and on every host, then clears away what no kept release needs. */
async function succeed(execution: Execution, { proofs: hosts, atUrl }: Extract<Rolled, { kind: 'proved' }>): Promise<void> {
  const { run, plan } = execution
  const { deployment, ports } = run
  // A receipt is written once: hosts keep the same that the database has, also where Landfall died in between.
  const now = ports.clock.now().toISOString()
  const known = await ports.store.receipts.of(deployment.id)
  const receipt = known ?? { ...receiptOf(deployment, plan, hosts, now), ...(atUrl && { atUrl }) }
  const statement = receiptStatement(plan, receipt)
  const envelope = encloseReceipt(statement, ports.signer.sign(statement, receiptNamespace))
  const confirmed = await everyHost(execution, [...execution.hosts.keys()], (host) =>
    send(execution, host, confirm(plan, execution.authority, envelope), { name: 'confirm', refused: 'host-refused' }),
  )
  const refused = firstFailure(confirmed)
  // A host that confirmed goes back no more. All of them run what was proved: so it stays, and people look at the others.
  if (refused && confirmed.some(({ kind }) => kind === 'done')) return run.end('halted', refused)
  if (refused) return returnHosts(execution, refused)
  await ports.store.receipts.record(receipt)
  const baking = bakeOf(plan)
  const soak = (soaksBehind(plan) || baking > 0) && { state: 'under-way' as const }
  const names = hosts.map(({ host }) => host).join(', ')
  const goesOn = baking > 0 ? `; it bakes for ${durationText(baking)}` : soak ? '; its soak goes on' : ''
  await run.note('receipt', `signed: ${plan.revision} runs on ${names}${goesOn}`)
  if (plan.away) await run.note('receipt', `${plan.away.join(', ')} was passed over, and gets it when it is back`)
  await run.to('succeeded', { ...(soak && { soak }), ...(plan.away && { awaits: plan.away }) })
  if (soak) await ports.queue.wake(soakSubject(deployment.id))
  await everyHost(execution, [...execution.hosts.keys()], async (host) => {
    const pruned = await send(execution, host, prune(plan, execution.authority, plan.keep), { name: 'prune', refused: 'host-refused' })
    if (pruned.kind === 'failed') ports.log.warn('old releases could not be removed', { host: host.name, reason: pruned.reason.code })
  })
}
