import type { HostRule } from '../domain/configuration.ts'
import { sentenceOf } from '../domain/reason.ts'
import { logs } from '../host/commands.ts'
import { readLogs } from '../host/output.ts'
import { type Execution, send } from './execution.ts'
import { understood } from './fleet.ts'

const lines = 100

/**
 * Saves what these services said last, before the way back removes their containers and the logs with them. It never
 * fails: users wait for what ran before, whether or not somebody can read later why.
 */
export async function keepEvidence(execution: Execution, host: HostRule, services: readonly string[]): Promise<void> {
  const { run } = execution
  try {
    for (const service of services) await keepLogs(execution, host, service)
  } catch (error) {
    run.signal.throwIfAborted()
    run.ports.log.warn('evidence could not be kept', { deployment: run.deployment.id, host: host.name, error })
  }
}

async function keepLogs(execution: Execution, host: HostRule, service: string): Promise<void> {
  const { run, plan, sealed } = execution
  const told = await send(execution, host, logs(plan, service, lines), { name: 'logs', refused: 'host-refused' })
  const said = understood(told, host, readLogs)
  if (said.kind === 'failed') return run.note('logs', `could not be read: ${sentenceOf(said.reason)}`, host.name)
  for (const log of said.value) {
    const ending = log.outOfMemory ? ', killed for want of memory' : ''
    const head = `${log.service} ${log.container.slice(0, 12)}, exit code ${log.exitCode}${ending}, last ${lines} lines:`
    const text = log.text.trimEnd()
    await run.note('logs', `${head}\n${text === '' ? '(nothing)' : sealed.mask(text)}`, host.name)
  }
}
