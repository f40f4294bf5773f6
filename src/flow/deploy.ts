import type { Plan } from '../domain/plan.ts'
import { reason, sentenceOf } from '../domain/reason.ts'
import type { HostProof } from '../domain/receipt.ts'
import { fullName } from '../domain/repository.ts'
import { encloseReceipt, receiptNamespace, receiptStatement } from '../host/bundle.ts'
import { confirm, prune, put, switchTo } from '../host/commands.ts'
import { obeyCancel } from './cancel.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, everyHost, firstFailure, mayHaveSwitched, openExecution, send } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { endedByLastLook } from './last-look.ts'
import { tellMovedTags } from './moved-tags.ts'
import { pauseAfter, pausedAfter } from './pause.ts'
import { type Proved, prove } from './prove.ts'
import { returnEveryHost } from './return.ts'
import type { Run } from './run.ts'
import { soakSubject, soaksBehind } from './soak.ts'

/**
 * Brings an environment to its plan. Re-entrant: the state says where it was left, every step is one the hosts answer
 * from what is already true there, and so it is simply done again.
 */
export async function execute(run: Run): Promise<void> {
  const plan = run.deployment.plan
  if (!plan) throw new Error(`deployment ${run.deployment.id} is ${run.deployment.state} without a plan`)
  if (run.deployment.state === 'planned' && (await endedByLastLook(run, plan))) return
  const execution = await openExecution(run, plan)
  const { outOfReach } = execution
  if (outOfReach && !mayHaveSwitched(run.deployment.state)) return run.end('failed', outOfReach)
  if (outOfReach || run.deployment.state === 'rolling-back')
    return returnEveryHost(
      execution,
      run.deployment.reason ?? outOfReach ?? reason('internal', { component: 'deploy', reference: run.deployment.id }),
    )

  if (!(await pullEverywhere(execution))) return
  if (!mayHaveSwitched(run.deployment.state) && (await obeyCancel(run))) return
  // Whatever tags name now: hosts do not wait for a registry any more.
  const telling = tellMovedTags(run, plan)
  await rollEveryWave(execution)
  await telling
}

/** One wave after another; a host that fails takes all of them back. */
async function rollEveryWave(execution: Execution): Promise<void> {
  const { run, plan } = execution
  const proofs: HostProof[] = []
  for (let position = run.deployment.rollout?.wave ?? 0; position < plan.waves.length; position += 1) {
    const proved = pausedAfter(run.deployment, position) ? none : await rollWave(execution, position)
    if (proved.kind === 'failed') return returnEveryHost(execution, proved.reason)
    proofs.push(...proved.value)
    const paused = await pauseAfter(execution, position)
    if (paused.kind === 'failed') return returnEveryHost(execution, paused.reason)
  }
  const still = await stillProved(execution, plan.waves.at(-1)?.hosts ?? [], proofs)
  if (still.kind === 'failed') return returnEveryHost(execution, still.reason)
  await succeed(execution, still.value)
}

const none: Outcome<HostProof[]> = { kind: 'done', value: [] }

/**
 * While later waves rolled nobody looked at the earlier ones: before all is said to be proved, they are looked at once more.
 *
 * @param last hosts of the last wave, proved just now
 */
async function stillProved(execution: Execution, last: readonly string[], proofs: HostProof[]): Promise<Outcome<HostProof[]>> {
  const { run, plan } = execution
  const earlier = plan.hosts.map(({ name }) => name).filter((name) => !last.includes(name))
  if (earlier.length === 0) return { kind: 'done', value: proofs }
  const looked = await everyHost(execution, earlier, async (host) => {
    const seen = await prove(execution, host, { ...plan, soak: 'behind' })
    await run.note('verify', seen.kind === 'done' ? 'runs it still' : sentenceOf(seen.reason), host.name)
    return seen
  })
  const unwell = firstFailure(looked)
  if (unwell) return { kind: 'failed', reason: unwell }
  const again = looked.flatMap((one) => (one.kind === 'done' ? [one.value] : []))
  return { kind: 'done', value: [...again, ...proofs.filter(({ host }) => last.includes(host))] }
}

/** Puts the bundle and pulls every image on every host before anything is stopped anywhere. */
async function pullEverywhere(execution: Execution): Promise<boolean> {
  const { run, plan } = execution
  if (mayHaveSwitched(run.deployment.state)) return true
  await run.to('pulling', { startedAt: run.deployment.startedAt ?? run.ports.clock.now().toISOString() })
  const outcomes = await everyHost(
    execution,
    plan.hosts.map(({ name }) => name),
    async (host) => {
      const began = run.ports.clock.now()
      const done = await send(execution, host, put(plan, execution.authority, execution.sealed.envelope), {
        name: 'pull',
        refused: 'pull-failed',
      })
      await run.note('pull', done.kind === 'done' ? `images are there ${since(run, began)}` : sentenceOf(done.reason), host.name)
      return done
    },
  )
  const failed = firstFailure(outcomes)
  if (failed) await run.end('failed', failed)
  return failed === undefined
}

/** Switches one wave's hosts side by side and proves each. */
async function rollWave(execution: Execution, position: number): Promise<Outcome<HostProof[]>> {
  const { run, plan } = execution
  const { hosts: wave = [] } = plan.waves[position] ?? {}
  await run.to('rolling', { rollout: { wave: position } })
  const switched = await everyHost(execution, wave, async (host) => {
    const began = run.ports.clock.now()
    const done = await send(execution, host, switchTo(plan, execution.authority), { name: 'switch', refused: 'switch-failed' })
    await run.note(
      'switch',
      done.kind === 'done' ? `generation ${plan.generation} runs ${since(run, began)}` : sentenceOf(done.reason),
      host.name,
    )
    if (done.kind === 'failed') await keepEvidence(execution, host, changing(plan))
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
      await keepEvidence(execution, host, done.service === undefined ? [] : [done.service])
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
  const receipt = (await ports.store.receipts.of(deployment.id)) ?? {
    format: 1 as const,
    deployment: deployment.id,
    repository: fullName(plan.repository),
    project: plan.project,
    environment: plan.environment,
    generation: plan.generation,
    revision: plan.revision,
    actor: deployment.actor,
    verifiedAt: ports.clock.now().toISOString(),
    ...(soaksBehind(plan) && { soak: 'behind' as const }),
    hosts,
  }
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
