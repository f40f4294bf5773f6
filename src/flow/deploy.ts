import type { HostRule } from '../domain/configuration.ts'
import type { Plan } from '../domain/plan.ts'
import { problemText } from '../domain/problem.ts'
import { reason } from '../domain/reason.ts'
import type { HostProof } from '../domain/receipt.ts'
import { fullName } from '../domain/repository.ts'
import { encloseReceipt, receiptNamespace, receiptStatement } from '../host/bundle.ts'
import { confirm, prune, put, switchTo } from '../host/commands.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { seal } from './bundle.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, everyHost, firstFailure, planned, send } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { type Proved, prove } from './prove.ts'
import { returnEveryHost } from './return.ts'
import type { Run } from './run.ts'

/**
 * Brings an environment to its plan. Re-entrant: the state says where it was left, every step is one the hosts answer
 * from what is already true there, and so it is simply done again.
 */
export async function execute(run: Run): Promise<void> {
  const plan = run.deployment.plan
  if (!plan) throw new Error(`deployment ${run.deployment.id} is ${run.deployment.state} without a plan`)
  const hosts = hostsOf(plan, run)
  if (hosts.kind === 'failed') return run.end(run.deployment.state === 'rolling-back' ? 'halted' : 'failed', hosts.reason)
  const execution: Execution = { run, plan, hosts: hosts.value, sealed: await seal(plan, run.ports) }

  if (run.deployment.state === 'rolling-back')
    return returnEveryHost(execution, run.deployment.reason ?? reason('internal', { component: 'deploy' }))
  if (!(await pullEverywhere(execution))) return
  const proofs: HostProof[] = []
  for (const wave of plan.waves) {
    const proved = await rollWave(execution, wave)
    if (proved.kind === 'failed') return returnEveryHost(execution, proved.reason)
    proofs.push(...proved.value)
  }
  await succeed(execution, proofs)
}

/** The hosts as the operator's file has them now; one that was taken away since planning is not touched. */
function hostsOf(plan: Plan, run: Run): Outcome<Map<string, HostRule>> {
  const asked = plan.hosts.map(({ name }) => name)
  const { project, environment } = plan
  const allowed = allowedHosts({
    operator: run.ports.operator.current(),
    repository: fullName(plan.repository),
    project,
    environment,
    asked,
  })
  if (allowed.kind === 'allowed') return { kind: 'done', value: new Map(allowed.hosts.map((host) => [host.name, host])) }
  return { kind: 'failed', reason: reason('not-allowed', { problems: allowed.problems.map(problemText).join('\n') }) }
}

/** Puts the bundle and pulls every image on every host before anything is stopped anywhere. */
async function pullEverywhere(execution: Execution): Promise<boolean> {
  const { run, plan } = execution
  if (run.deployment.state === 'rolling' || run.deployment.state === 'verifying') return true
  await run.to('pulling', { startedAt: run.deployment.startedAt ?? run.ports.clock.now().toISOString() })
  const outcomes = await everyHost(
    execution,
    plan.hosts.map(({ name }) => name),
    async (host) => {
      const began = run.ports.clock.now()
      const done = await send(execution, host, put(plan, execution.sealed.envelope), { name: 'pull', refused: 'pull-failed' })
      await run.note('pull', done.kind === 'done' ? `images are there ${since(run, began)}` : 'failed', host.name)
      return done
    },
  )
  const failed = firstFailure(outcomes)
  if (failed) await run.end('failed', failed)
  return failed === undefined
}

/** Switches one wave's hosts side by side and proves each. */
async function rollWave(execution: Execution, wave: string[]): Promise<Outcome<HostProof[]>> {
  const { run, plan } = execution
  await run.to('rolling')
  const switched = await everyHost(execution, wave, async (host) => {
    const began = run.ports.clock.now()
    const done = await send(execution, host, switchTo(plan), { name: 'switch', refused: 'switch-failed' })
    await run.note('switch', done.kind === 'done' ? `generation ${plan.generation} runs ${since(run, began)}` : 'failed', host.name)
    return done
  })
  const refused = firstFailure(switched)
  if (refused) return { kind: 'failed', reason: refused }

  await run.to('verifying')
  const began = run.ports.clock.now()
  const proved = await everyHost(execution, wave, async (host): Promise<Proved> => {
    const done = await prove(plan, plan.generation, host, planned(plan, host).platform, execution.sealed.secrets, run.ports, run.signal)
    if (done.kind === 'done')
      await run.note('verify', `${done.value.services.map(({ service }) => service).join(', ')} proved ${since(run, began)}`, host.name)
    else await keepEvidence(execution, host, done)
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
  const receipt = {
    format: 1 as const,
    deployment: deployment.id,
    repository: fullName(plan.repository),
    project: plan.project,
    environment: plan.environment,
    generation: plan.generation,
    revision: plan.revision,
    actor: deployment.actor,
    verifiedAt: ports.clock.now().toISOString(),
    hosts,
  }
  const statement = receiptStatement(plan, receipt)
  const envelope = encloseReceipt(statement, ports.signer.sign(statement, receiptNamespace))
  const confirmed = await everyHost(execution, [...execution.hosts.keys()], (host) =>
    send(execution, host, confirm(plan, envelope), { name: 'confirm', refused: 'host-refused' }),
  )
  const refused = firstFailure(confirmed)
  if (refused) return returnEveryHost(execution, refused)
  await ports.store.receipts.record(receipt)
  await run.note('receipt', `signed: ${plan.revision} runs on ${hosts.map(({ host }) => host).join(', ')}`)
  await run.to('succeeded')
  await everyHost(execution, [...execution.hosts.keys()], async (host) => {
    const pruned = await send(execution, host, prune(plan, plan.keep), { name: 'prune', refused: 'host-refused' })
    if (pruned.kind === 'failed') ports.log.warn('old releases could not be removed', { host: host.name, reason: pruned.reason.code })
  })
}

const since = (run: Run, began: Date): string => `after ${((run.ports.clock.now().getTime() - began.getTime()) / 1000).toFixed(1)} s`
