import type { HostRule } from '../domain/configuration.ts'
import { sentenceOf } from '../domain/reason.ts'
import { logs } from '../host/commands.ts'
import { readLogs } from '../host/output.ts'
import { redact } from '../report/redact.ts'
import { type Execution, send } from './execution.ts'
import type { Proved } from './prove.ts'

const lines = 100

/** Saves what a failed service said last, before the way back removes its container and its log with it. */
export async function keepEvidence(execution: Execution, host: HostRule, proved: Proved): Promise<void> {
  const { run, plan, sealed } = execution
  if (proved.kind !== 'failed') return
  await run.note('verify', sentenceOf(proved.reason), host.name)
  if (proved.service === undefined) return
  for (const { path, status, body } of proved.answers ?? []) {
    const answered = status === 0 ? 'was not answered' : `answered ${status}:\n${redact(body, sealed.secrets)}`
    await run.note('verify', `${path} ${answered}`, host.name)
  }
  const said = await send(execution, host, logs(plan, proved.service, lines), { name: 'logs', refused: 'host-refused' })
  if (said.kind === 'failed') return run.note('logs', `could not be read: ${sentenceOf(said.reason)}`, host.name)
  for (const log of readLogs(said.value)) {
    const ending = log.outOfMemory ? ', killed for want of memory' : ''
    const head = `${log.service} ${log.container.slice(0, 12)}, exit code ${log.exitCode}${ending}, last ${lines} lines:`
    await run.note('logs', `${head}\n${redact(log.text.trimEnd(), sealed.secrets) || '(nothing)'}`, host.name)
  }
}
