import type { Plan } from '../domain/plan.ts'
import { reason, sentenceOf } from '../domain/reason.ts'
import type { HostProof } from '../domain/receipt.ts'
import { encloseReceipt, receiptNamespace, receiptStatement } from '../host/bundle.ts'
import { confirm, prune, put, switchTo } from '../host/commands.ts'
import { obeyCancel } from './cancel.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, everyHost, firstFailure, mayHaveSwitched, openExecution, send } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { endedByLastLook } from './last-look.ts'
import { tellMovedTags } from './moved-tags.ts'
import { type Proved, prove } from './prove.ts'
import { receiptOf } from './receipt.ts'
import { returnEveryHost } from './return.ts'
import type { Run } from './run.ts'
import { soakSubject, soaksBehind } from './soak.ts'
import type { Stop } from './stop.ts'

/**
 * Brings an environment to its plan. Re-entrant: the state says where it was left, every step is one the hosts answer
 * from what is already true there, and so it is simply done again. Told to stop it waits for nothing more and never succeeds: it ends
 * as it is, or with every host back where it was.
 */
export async function execute(run: Run, stop: Stop): Promise<void> {
  const plan = run.deployment.plan
  if (!plan) throw new Error(`deployment ${run.deployment.id} is ${run.deployment.state} without a plan`)
  if (await endedAtOnce(run, plan, stop)) return
  const execution = await openExecution(run, plan, stop)
  const { outOfReach } = execution
  if (!mayHaveSwitched(run.deployment.state)) {
    if (outOfReach) return run.end('failed', outOfReach)
    if (!(await pullEverywhere(execution)) || (await obeyCancel(run))) return
    if (stop.why) return run.end('cancelled', stop.why)
  } else if (outOfReach || stop.why || run.deployment.state === 'rolling-back') {
    const unknown = reason('internal', { component: 'deploy', reference: run.deployment.id })
    return returnEveryHost(execution, run.deployment.reason ?? stop.why ?? outOfReach ?? unknown)
  }
  // Whatever tags name now: hosts do not wait for a registry any more.
  const telling = tellMovedTags(run, plan)
  await rollEveryWave(execution)
  await telling
}

/** Whether there is nothing to do any more. */
async function endedAtOnce(run: Run, plan: Plan, { why }: Stop): Promise<boolean> {
  if (!why || mayHaveSwitched(run.deployment.state)) return run.deployment.state === 'planned' && endedByLastLook(run, plan)
  await run.end('cancelled', why)
  return true
}

/** One wave after another; a host that fails takes all of them back. */
async function rollEveryWave(execution: Execution): Promise<void> {
  const proofs: HostProof[] = []
  for (const wave of execution.plan.waves) {
    const proved = await rollWave(execution, wave)
    if (proved.kind === 'failed') return returnEveryHost(execution, proved.reason)
    proofs.push(...proved.value)
  }
  // The last moment for that: a host that confirmed returns no more.
  const { stop } = execution
  if (stop.why) return returnEveryHost(execution, stop.why)
  await succeed(execution, proofs)
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
      const done = await send(execution, host, put(plan, execution.authority, execution.sealed.envelope), {
        name: 'pull',
        refused: 'pull-failed',
        stops: 'at-once',
      })
      await run.note('pull', done.kind === 'done' ? `images are there ${since(run, began)}` : sentenceOf(done.reason), host.name)
      return done
    },
  )
  const failed = firstFailure(outcomes)
  if (stop.why) await run.end('cancelled', stop.why)
  else if (failed) await run.end('failed', failed)
  return !stop.why && !failed
}

/** Switches one wave's hosts side by side and proves each. */
async function rollWave(execution: Execution, wave: string[]): Promise<Outcome<HostProof[]>> {
  const { run, plan, stop } = execution
  await run.to('rolling')
  const switched = await everyHost(execution, wave, async (host) => {
    const began = run.ports.clock.now()
    const done = await send(execution, host, switchTo(plan, execution.authority), {
      name: 'switch',
      refused: 'switch-failed',
      stops: 'between-tries',
    })
    await run.note(
      'switch',
      done.kind === 'done' ? `generation ${plan.generation} runs ${since(run, began)}` : sentenceOf(done.reason),
      host.name,
    )
    if (done.kind === 'failed' && !stop.why) await keepEvidence(execution, host, changing(plan))
    return done
  })
  const refused = firstFailure(switched)
  if (refused) return { kind: 'failed', reason: refused }

  await run.to('verifying')
  const began = run.ports.clock.now()
  const proved = await everyHost(execution, wave, async (host): Promise<Proved> => {
    const done = await prove(execution, host, plan)
    if (done.kind === 'done') {
      await run.note('verify', `${done.value.services.map(({ service }) => service).join(', ')} proved ${since(run, began)}`, host.name)
    } else {
      await run.note('verify', sentenceOf(done.reason), host.name)
      // Who takes it back has seen that it is not well; what it said of itself goes with its containers.
      const services = stop.why ? changing(plan) : [done.service ?? []].flat()
      await keepEvidence(execution, host, services)
    }
    return done
  })
  const unproved = firstFailure(proved)
  if (unproved) return { kind: 'failed', reason: unproved }
  return { kind: 'done', value: proved.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.value] : [])) }
}

/** Records the signed receipt here and on every host, then clears away what no kept release needs. */
async function succeed(execution: Execution, hosts: HostProof[]): Promise<void> {
  const { run, plan } = execution
  const { deployment, ports } = run
  // A receipt is written once: hosts keep the same that the database has, also where Landfall died in between.
  const receipt = (await ports.store.receipts.of(deployment.id)) ?? receiptOf(deployment, plan, hosts, ports.clock.now().toISOString())
  const statement = receiptStatement(plan, receipt)
  const envelope = encloseReceipt(statement, ports.signer.sign(statement, receiptNamespace))
  const confirmed = await everyHost(execution, [...execution.hosts.keys()], (host) =>
    send(execution, host, confirm(plan, execution.authority, envelope), { name: 'confirm', refused: 'host-refused' }),
  )
  const refused = firstFailure(confirmed)
  // A host that confirmed goes back no more. All of them run what was proved: so it stays, and people look at the others.
  if (refused && confirmed.some(({ kind }) => kind === 'done')) return run.end('halted', refused)
  if (refused) return returnEveryHost(execution, refused)
  await ports.store.receipts.record(receipt)
  const soak = soaksBehind(plan) && { state: 'under-way' as const }
  const names = hosts.map(({ host }) => host).join(', ')
  await run.note('receipt', `signed: ${plan.revision} runs on ${names}${soak ? '; its soak goes on' : ''}`)
  await run.to('succeeded', soak ? { soak } : {})
  if (soak) await ports.queue.wake(soakSubject(deployment.id))
  await everyHost(execution, [...execution.hosts.keys()], async (host) => {
    const pruned = await send(execution, host, prune(plan, execution.authority, plan.keep), { name: 'prune', refused: 'host-refused' })
    if (pruned.kind === 'failed') ports.log.warn('old releases could not be removed', { host: host.name, reason: pruned.reason.code })
  })
}

const changing = ({ services }: Plan): string[] =>
  services.filter(({ change, replicas }) => change !== 'untouched' && replicas > 0).map(({ name }) => name)

const since = (run: Run, began: Date): string => `after ${((run.ports.clock.now().getTime() - began.getTime()) / 1000).toFixed(1)} s`
