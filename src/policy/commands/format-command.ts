import type { Command, RollbackTo } from '../../domain/command.ts'
import { lockDurationText } from './lock-duration.ts'

/** A command as somebody would type it; read again, it is the same. */
export function formatCommand(command: Command): string {
  return [`/${command.kind}`, ...wordsOf(command)].filter((word) => word !== undefined && word !== '').join(' ')
}

function wordsOf(command: Command): (string | undefined | false)[] {
  switch (command.kind) {
    case 'help':
      return []
    case 'deploy':
      return [command.environment, command.revision, command.again && '--again']
    case 'rollback':
      return [command.environment, ...(command.to ? ['to', targetText(command.to)] : [])]
    case 'reject':
      return [command.text]
    case 'lock':
      return [
        command.everywhere && '--all',
        command.text,
        ...(command.seconds === undefined ? [] : ['--for', lockDurationText(command.seconds)]),
      ]
    case 'unlock':
      return [command.everywhere && '--all', command.environment]
    default:
      return [command.environment]
  }
}

function targetText(to: RollbackTo): string {
  switch (to.kind) {
    case 'commit':
      return to.revision
    case 'pull-request':
      return `#${to.number}`
    case 'generation':
      return String(to.generation)
  }
}
