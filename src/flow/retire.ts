import type { HostRule } from '../domain/configuration.ts'
import { onHost } from '../domain/host-view.ts'
import type { Plan } from '../domain/plan.ts'
import { sentenceOf } from '../domain/reason.ts'
import type { HostProof } from '../domain/receipt.ts'
import { retire } from '../host/commands.ts'
import { readFailedHooks } from '../host/output.ts'
import { type Execution, send, since } from './execution.ts'
import { type Outcome, type Step, understood } from './fleet.ts'
import { type Proved, prove, type Seen } from './prove.ts'

/**
 * Takes the old containers of a host away that new ones were started beside, once those are proved, and looks once more: nothing old is left, and
 * what was proved runs still.
 *
 * @param earlier what the proof saw
 */
export async function retireOld(execution: Execution, host: HostRule, proof: HostProof, earlier: Seen | undefined): Promise<Proved> {
  const { run, plan } = execution
  const names = onHost(plan, host.name).services.flatMap(({ name, beside }) => (beside ? [name] : []))
  if (names.length === 0) return { kind: 'done', value: proof, ...(earlier && { seen: earlier }) }
  const began = run.ports.clock.now()
  const left = await takeLeave(execution, host, { name: 'retire', refused: 'switch-failed', stops: 'between-tries' })
  const seen: Proved = left.kind === 'failed' ? left : await prove(execution, host, { ...standingAlone(plan), soak: 'behind' }, earlier)
  const text = seen.kind === 'done' ? `the old containers of ${names.join(', ')} are gone ${since(run, began)}` : sentenceOf(seen.reason)
  await run.note('retire', text, host.name)
  return seen
}

/** Has those leave whose place others have taken. A hook that fails there is told, and changes nothing. */
export async function takeLeave(execution: Execution, host: HostRule, step: Step): Promise<Outcome<undefined>> {
  const { run, plan, sealed, authority } = execution
  const hooks = understood(await send(execution, host, retire(plan, authority), step), host, readFailedHooks)
  if (hooks.kind === 'failed') return hooks
  for (const { service, container, code, text } of hooks.value) {
    const head = `the hook of ${service} ended with exit code ${code} in ${container.slice(0, 12)}, which left all the same`
    const said = text.trimEnd()
    await run.note('retire', said === '' ? head : `${head}:\n${sealed.mask(said)}`, host.name)
  }
  return { kind: 'done', value: undefined }
}

/** The plan where no container stands beside another any more: one of another release is none of its own then. */
export const standingAlone = (plan: Plan): Plan => ({
  ...plan,
  services: plan.services.map(({ beside: _, ...service }) => service),
})
