import { onHost } from '../domain/host-view.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, sentenceOf } from '../domain/reason.ts'
import type { HostProof } from '../domain/receipt.ts'
import { switchTo } from '../host/commands.ts'
import { canaryGate } from './canary-gate.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, everyHost, firstFailure, send, since } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { pauseAfter, pausedAfter } from './pause.ts'
import { type Proved, prove } from './prove.ts'
import { retireOld } from './retire.ts'
import { stillProved } from './still-proved.ts'

/** What became of all waves; `waiting` for people, who are asked after a canary. */
export type Rolled = { kind: 'proved'; proofs: HostProof[] } | { kind: 'failed'; reason: Reason } | { kind: 'waiting'; seconds: number }

/** One wave after another; what fails in any of them fails all. */
export async function rollEveryWave(execution: Execution): Promise<Rolled> {
  const { run, plan, stop } = execution
  const proofs: HostProof[] = []
  for (let position = run.deployment.rollout?.wave ?? 0; position < plan.waves.length; position += 1) {
    if (stop.why) return { kind: 'failed', reason: stop.why }
    const proved = pausedAfter(run.deployment, position) ? none : await rollWave(execution, position)
    if (proved.kind === 'failed') return proved
    proofs.push(...proved.value)
    const paused = await pauseAfter(execution, position)
    if (paused.kind === 'failed') return paused
    const gate = await canaryGate(run, plan, position)
    if (gate.kind === 'waiting') return gate
    if (gate.kind === 'closed') return { kind: 'failed', reason: gate.reason }
    if (gate.by !== undefined) await run.note('approval', `the other hosts follow, as ${gate.by} approved`)
  }
  const still = await stillProved(execution, plan.waves.at(-1)?.hosts ?? [], proofs)
  if (still.kind === 'failed') return still
  // The last moment for that: a host that confirmed returns no more.
  return stop.why ? { kind: 'failed', reason: stop.why } : { kind: 'proved', proofs: still.value }
}

const none: Outcome<HostProof[]> = { kind: 'done', value: [] }

/** Switches one wave's hosts side by side and proves each. */
async function rollWave(execution: Execution, position: number): Promise<Outcome<HostProof[]>> {
  const { run, plan, stop } = execution
  const { hosts: wave = [] } = plan.waves[position] ?? {}
  await run.to('rolling', { rollout: { wave: position } })
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
    if (done.kind === 'failed' && !stop.why) await keepEvidence(execution, host, changing(onHost(plan, host.name)))
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
      const services = stop.why ? changing(onHost(plan, host.name)) : [done.service ?? []].flat()
      await keepEvidence(execution, host, services)
    }
    return done
  })
  const unproved = firstFailure(proved)
  if (unproved) return { kind: 'failed', reason: unproved }
  // Not before the whole wave is proved: until then nothing old has stopped, and the way back is short.
  const proofs = proved.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.value] : []))
  return retireWave(execution, proofs)
}

/** On each host of a wave that is proved the old containers go that new ones were started beside. */
async function retireWave(execution: Execution, proofs: HostProof[]): Promise<Outcome<HostProof[]>> {
  const { stop, plan } = execution
  const retired = await everyHost(
    execution,
    proofs.map(({ host }) => host),
    async (host) => {
      const proof = proofs.find((one) => one.host === host.name)
      if (!proof) throw new Error(`nothing was proved on ${host.name}`)
      const done = await retireOld(execution, host, proof)
      if (done.kind === 'failed' && !stop.why) await keepEvidence(execution, host, changing(onHost(plan, host.name)))
      return done
    },
  )
  const failed = firstFailure(retired)
  if (failed) return { kind: 'failed', reason: failed }
  return { kind: 'done', value: retired.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.value] : [])) }
}

const changing = ({ services }: Plan): string[] =>
  services.filter(({ change, replicas }) => change !== 'untouched' && replicas > 0).map(({ name }) => name)
