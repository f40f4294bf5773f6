import type { HostRule } from '../domain/configuration.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { shortSha } from '../domain/repository.ts'
import { restore } from '../host/commands.ts'
import { readRestored } from '../host/output.ts'
import { type Execution, everyHost, firstFailure, send } from './execution.ts'
import { type Outcome, understood } from './fleet.ts'
import { type Proved, prove } from './prove.ts'
import { standingAlone, takeLeave } from './retire.ts'
import { planOf } from './running.ts'
import { Stop } from './stop.ts'

/**
 * Brings the hosts of a failed deployment back to the release each of them ran before, with that release's `.env`, and proves
 * it there, unless a rollback comes after it that does. Hosts that never began to switch have nothing to return from and say so.
 *
 * @param keeps hosts that keep the new release all the same; those that were told before, where a Landfall left the way back
 */
export async function returnHosts(
  execution: Execution,
  why: Reason,
  keeps: readonly string[] = execution.run.deployment.rollout?.kept ?? [],
): Promise<void> {
  const { run, plan } = execution
  const { rollout = { wave: 0 } } = run.deployment
  const forwards = plan.contract && why.code !== 'taken-back' ? contractStays(why, execution) : undefined
  await run.to('rolling-back', { reason: why, ...(keeps.length > 0 && { rollout: { ...rollout, kept: [...keeps] } }) })
  // Hosts that follow somebody else's newer orders are not Landfall's to bring back; people must look at who that is. And a rollback that
  // makes room for another must not bring back what both were to take away.
  const stays = why.code === 'order-outdated' || (why.code === 'taken-back' && run.deployment.kind === 'rollback')
  if (stays || forwards) return run.end('halted', forwards ?? why)
  const returning = [...execution.hosts.keys()].filter((name) => !keeps.includes(name))
  const returned = await everyHost(execution, returning, async (host) => {
    const back = await returnHost(execution, host)
    await run.note('return', back.kind === 'done' ? back.value : sentenceOf(back.reason), host.name)
    return back
  })
  const failed = firstFailure(returned) ?? execution.outOfReach
  if (keeps.length > 0) await run.end('halted', partly(why, keeps, returning, failed))
  else if (failed) await run.end('halted', failed)
  else await run.end('rolled-back', why)
  run.ports.log.info('hosts returned', { deployment: run.deployment.id, environment: plan.environment, state: run.deployment.state })
}

/** Old code must not run on what this one left behind. Whoever took it back with their eyes open is obeyed. */
const contractStays = (why: Reason, { plan }: Execution): Reason =>
  why.code === 'contract-stays'
    ? why
    : reason('contract-stays', {
        why: sentenceOf(why),
        environment: plan.environment,
        commit: shortSha(plan.revision),
        because: plan.contract?.because.join('; ') ?? '',
        retry: 'yes',
      })

/** Why hosts run different releases from then on: it is no success, and nothing that Landfall mends by itself. */
const partly = (why: Reason, keeps: readonly string[], returning: readonly string[], failed: Reason | undefined): Reason =>
  reason('partly-kept', {
    why: sentenceOf(why),
    kept: keeps.join(', '),
    others: returning.join(', '),
    left: failed ? sentenceOf(failed) : '',
  })

/** With half a release on the host there is nothing better to do than to wait for its Docker. */
const wayBack = { name: 'the way back', refused: 'return-failed', dockerPatience: 600 } as const

async function returnHost(execution: Execution, host: HostRule): Promise<Outcome<string>> {
  const { run, plan, stop } = execution
  const told = await send(execution, host, restore(plan, execution.authority), wayBack)
  const restored = understood(told, host, readRestored)
  if (restored.kind === 'failed') {
    const { ending } = restored
    if (ending === 'fenced') return restored
    if (ending === 'nothing-before')
      return { kind: 'failed', reason: reason('first-release-failed', { host: host.name, environment: plan.environment }) }
    if (restored.reason.code === 'return-failed') return restored
    return { kind: 'failed', reason: reason('return-failed', { host: host.name, detail: sentenceOf(restored.reason) }) }
  }
  const { generation, leaving } = restored.value
  if (generation === 0) return { kind: 'done', value: 'nothing had been changed' }
  const previous = await planOf(plan.repository, plan.environment, generation, run.ports)
  const proved = previous && (await provedAgain(execution, host, previous, leaving))
  if (stop.why && leaving === 0)
    return { kind: 'done', value: `generation ${generation} runs again; the rollback that comes next proves it` }
  const left = proved?.kind !== 'failed' && leaving > 0 ? await takeLeave(execution, host, wayBack) : proved
  if (left?.kind === 'failed')
    return { kind: 'failed', reason: reason('return-failed', { host: host.name, detail: sentenceOf(left.reason) }) }
  const proof = proved ? ', proved' : '; Landfall has no plan of it to prove it by'
  return { kind: 'done', value: `generation ${generation} runs again${proof}` }
}

/**
 * Where the failed release stands beside it still, it is waited for whoever wants a rollback: until it is proved, nothing else is sure to
 * serve. Then one good look is too few.
 */
function provedAgain(execution: Execution, host: HostRule, previous: Plan, leaving: number): Promise<Proved> {
  const again = asItWas(previous)
  return leaving === 0 ? prove(execution, host, again) : prove({ ...execution, stop: new Stop() }, host, { ...again, soak: 'behind' })
}

/** Its containers may be old or new by now; what counts is that its digests run and answer. */
const asItWas = (plan: Plan): Plan => ({
  ...plan,
  services: standingAlone(plan).services.map(({ reloaded: _, ...service }) => ({ ...service, change: 'untouched' })),
  hosts: plan.hosts.map(({ creates: _, removes: __, ...host }) => host),
})
