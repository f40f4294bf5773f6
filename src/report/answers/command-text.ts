import type { Command } from '../../domain/command.ts'
import type { Mistake } from '../../domain/intent.ts'

/** A command as a title of what is answered to it: what it does and where, without its further words. */
export function commandText(command: Command | Mistake): string {
  if (command.kind === 'mistake') return command.reason.evidence.written ?? ''
  const words = 'text' in command ? command.text : 'environment' in command ? command.environment : undefined
  const task = command.kind === 'run' ? command.task : undefined
  return [`/${command.kind}`, task, words].filter((word) => word !== undefined && word !== '').join(' ')
}
