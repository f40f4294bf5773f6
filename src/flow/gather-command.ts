import { parseProjectFile } from '../config/project-file.ts'
import { type AimedCommand, type CommandKind, commandRules } from '../domain/command.ts'
import { type ProjectFile, projectFilePath } from '../domain/configuration.ts'
import type { CommandIntent } from '../domain/intent.ts'
import type { Problem } from '../domain/problem.ts'
import { problemsReason, reason } from '../domain/reason.ts'
import { type Role, reaches } from '../domain/role.ts'
import { formatCommand } from '../policy/commands/format-command.ts'
import { resolveEnvironment } from '../policy/commands/resolve-environment.ts'
import { helpAnswer } from '../report/answers/help.ts'
import { cancelDeployment, retryDeployment, rollBack } from './command-deployments.ts'
import { setLock, takeLockBack } from './command-locks.ts'
import { tellStatus } from './command-status.ts'
import type { Ports } from './ports.ts'
import { answer, nothing, refuseCommand } from './settle.ts'

/** What this version carries out, in the order in which people are told of it. */
const carriedOut: readonly CommandKind[] = ['status', 'rollback', 'retry', 'cancel', 'lock', 'unlock', 'help']

/** A command of somebody who may give it, with the file that says which environments there are. */
export interface Commanded {
  intent: CommandIntent
  file: ProjectFile
  /** Who gave it is this in the repository at this moment. */
  role: Role
  ports: Ports
}

/** Carries out a command of a comment, or answers why not. Whether the person may is asked at this moment. */
export async function gatherCommand(intent: CommandIntent, ports: Ports): Promise<void> {
  const { command } = intent
  const role = await ports.github.role(intent.repository, intent.actor)
  // Typing errors of strangers are nobody's business, and an answer to each would be a way to make noise.
  if (command.kind === 'mistake')
    return reaches(role, 'triage') ? refuseCommand(intent, command.reason, ports) : nothing(intent, 'a stranger mistyped a command', ports)
  const least = commandRules[command.kind].role
  if (!reaches(role, least))
    return refuseCommand(intent, reason('person-not-allowed', { person: intent.actor, permission: role, least }), ports)

  const file = await projectFile(intent, ports)
  if (file.kind === 'invalid') {
    if (command.kind === 'help') return answer(intent, helpAnswer(intent.id, [], carriedOut), {}, ports)
    return refuseCommand(intent, problemsReason('configuration-invalid', file.problems), ports)
  }
  const aimed = resolveEnvironment(command, Object.keys(file.value.environments))
  if (aimed.kind === 'refused') return refuseCommand(intent, aimed.reason, ports)
  await carryOut(aimed.command, { intent, file: file.value, role, ports })
}

async function carryOut(command: AimedCommand, commanded: Commanded): Promise<void> {
  const { intent, file, ports } = commanded
  switch (command.kind) {
    case 'help':
      return answer(intent, helpAnswer(intent.id, Object.keys(file.environments), carriedOut), {}, ports)
    case 'status':
      return tellStatus(command, commanded)
    case 'rollback':
      return rollBack(command, commanded)
    case 'retry':
      return retryDeployment(command, commanded)
    case 'cancel':
      return cancelDeployment(command, commanded)
    case 'lock':
      return setLock(command, commanded)
    case 'unlock':
      return takeLockBack(command, commanded)
    default: {
      const written = intent.command.kind === 'mistake' ? '' : formatCommand(intent.command)
      const what = 'this version of Landfall does not carry it out yet'
      return refuseCommand(intent, reason('command-mistaken', { written, what, remedy: '`/help` lists what there is' }), ports)
    }
  }
}

/** The file on the default branch: it says which environments there are, whatever a branch makes of it. */
async function projectFile(
  { repository }: CommandIntent,
  ports: Ports,
): Promise<{ kind: 'ok'; value: ProjectFile } | { kind: 'invalid'; problems: Problem[] }> {
  const found = await ports.github.file(repository, projectFilePath)
  if (found !== undefined) return parseProjectFile(found, projectFilePath, repository.name)
  const missing = { file: projectFilePath, what: 'it does not exist on the default branch', remedy: 'Add it' }
  return { kind: 'invalid', problems: [missing] }
}
