import type { HostRule } from '../domain/configuration.ts'
import { sentenceOf } from '../domain/reason.ts'
import { logs } from '../host/commands.ts'
import { readLogs } from '../host/output.ts'
import type { Execution } from './execution.ts'
import { order, understood } from './fleet.ts'

const lines = 100

/** For so many seconds at most they are read where somebody waits for what ran before. */
const inHaste = 3

/**
 * Saves what these services said last, before the way back removes their containers and the logs with them. It never
 * fails: users wait for what ran before, whether or not somebody can read later why.
 */
export async function keepEvidence(execution: Execution, host: HostRule, services: readonly string[]): Promise<void> {
  const { run, stop } = execution
  const enough = new AbortController()
  const signal = AbortSignal.any([run.signal, enough.signal])
  if (stop.why) void run.ports.clock.sleep(inHaste, signal).then(() => enough.abort())
  try {
    await Promise.all(services.map((service) => keepLogs(execution, host, service, signal)))
  } catch (error) {
    run.signal.throwIfAborted()
    run.ports.log.warn('evidence could not be kept', { deployment: run.deployment.id, host: host.name, error })
  } finally {
    enough.abort()
  }
}

async function keepLogs({ run, plan, sealed }: Execution, host: HostRule, service: string, signal: AbortSignal): Promise<void> {
  const step = { name: 'logs', refused: 'host-refused' } as const
  const told = await order(run.ports, host, logs(plan, service, lines), { step, mask: sealed.mask, signal })
  const said = understood(told, host, readLogs)
  if (said.kind === 'failed') return run.note('logs', `could not be read: ${sentenceOf(said.reason)}`, host.name)
  const stands = plan.services.some(({ name, beside }) => name === service && beside !== undefined)
  for (const log of said.value.filter(({ before }) => !(stands && before))) {
    const ending = log.outOfMemory ? ', killed for want of memory' : ''
    const head = `${log.service} ${log.container.slice(0, 12)}, exit code ${log.exitCode}${ending}, last ${lines} lines:`
    const text = log.text.trimEnd()
    await run.note('logs', `${head}\n${text === '' ? '(nothing)' : sealed.mask(text)}`, host.name)
  }
}
