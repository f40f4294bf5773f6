import type { Command, RollbackTo } from '../../../src/domain/command.ts'

/** A command as somebody would type it; read again, it is the same. */
export function written(command: Command): string {
  return [`/${command.kind}`, ...wordsOf(command)].filter((word) => word !== undefined && word !== '').join(' ')
}

function wordsOf(command: Command): (string | undefined | false)[] {
  switch (command.kind) {
    case 'plan':
    case 'help':
      return []
    case 'deploy':
      return [command.environment, command.revision ?? command.tag, command.again && '--again', command.overContract && '--over-contract']
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
    case 'tag':
      return to.name
    case 'pull-request':
      return `#${to.number}`
    case 'generation':
      return String(to.generation)
  }
}

/** As somebody would write so many seconds, in the largest unit that fits. */
function lockDurationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [sign, unit] = units.find(([, size]) => seconds % size === 0) ?? ['m', 60]
  return `${Math.ceil(seconds / unit)}${sign}`
}
