import { environmentNames, findEnvironment, type Projects, problemsOfAll } from '../config/project-files.ts'
import { type AimedCommand, type Command, type CommandKind, commandRules } from '../domain/command.ts'
import { projectFilePath } from '../domain/configuration.ts'
import type { CommandIntent, Mistake } from '../domain/intent.ts'
import { problemsReason, type Reason, type ReasonCode, reason } from '../domain/reason.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { reaches } from '../domain/role.ts'
import { type Resolved, resolveEnvironment } from '../policy/commands/resolve-environment.ts'
import { rolledBackFirst } from '../policy/rollback-target.ts'
import { helpAnswer } from '../report/answers/help.ts'
import { waitsForApproval } from '../report/held-by.ts'
import { approveDeployment, rejectDeployment } from './command-approval.ts'
import { deployCommit } from './command-deploy.ts'
import { cancelDeployment, retryDeployment, rollBack } from './command-deployments.ts'
import { setLock, takeLockBack } from './command-locks.ts'
import { tellPlan } from './command-plan.ts'
import { promoteRelease } from './command-promote.ts'
import { runTask } from './command-run.ts'
import { tellStatus } from './command-status.ts'
import type { Commanded } from './commanded.ts'
import type { Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'
import { answer, nothing, refuseCommand } from './settle.ts'

/** Carries out a command, or answers why not. Whether the person may is asked at this moment. */
export async function gatherCommand(intent: CommandIntent, ports: Ports): Promise<void> {
  const { command } = intent
  // Others listen to `/run` as well: where there are no tasks it is theirs.
  if (command.kind === 'run' && !(await hasTasks(intent.repository, ports))) return nothing(intent, 'there are no tasks here', ports)
  const role = await ports.github.role(intent.repository, intent.actor)
  // Typing errors of strangers are nobody's business, and an answer to each would be a way to make noise.
  if (command.kind === 'mistake')
    return reaches(role, 'triage') ? refuseCommand(intent, command.reason, ports) : nothing(intent, 'a stranger mistyped a command', ports)
  const least = commandRules[command.kind].role
  if (!reaches(role, least))
    return refuseCommand(intent, reason('person-not-allowed', { person: intent.actor, permission: role, least }), ports)

  // Those of the default branch say which environments there are, whatever a branch makes of them.
  const projects = await readProjects(intent.repository, undefined, ports)
  const known = await knownEnvironments(intent.repository, projects, ports)
  if (projects.good.length === 0 && !needsNoFile.has(command.kind)) {
    const missing = { file: projectFilePath, what: 'it does not exist on the default branch', remedy: 'Add it' }
    const problems = projects.broken.length > 0 ? problemsOfAll(projects) : [missing]
    return refuseCommand(intent, problemsReason('configuration-invalid', problems), ports)
  }
  const aimed = await aim(command, intent, known, projects.broken.length > 0, ports)
  if (aimed.kind === 'refused') {
    // What was not found may be in a file that cannot be used.
    const hidden = projects.broken.length > 0 && !needsNoFile.has(command.kind) && notFound.has(aimed.reason.code)
    return refuseCommand(intent, hidden ? problemsReason('configuration-invalid', problemsOfAll(projects)) : aimed.reason, ports)
  }
  const rules = new Map(projects.good.flatMap(({ file }) => Object.entries(file.environments)))
  const environments = known.map((name) => rules.get(name) ?? { name })
  await carryOut(aimed.command, projects, { intent, environments, role, ports })
}

/** At 3 a.m. somebody has broken the file as well: what takes back, holds or tells must not need it. */
const needsNoFile: ReadonlySet<CommandKind> = new Set(['help', 'status', 'rollback', 'cancel', 'lock', 'unlock', 'plan'])

const hasTasks = async (repository: Repository, ports: Ports): Promise<boolean> =>
  (await readProjects(repository, undefined, ports)).good.some(({ file }) => file.tasks !== undefined)

/** By the files, and while one of them is broken also those that were deployed to before. */
async function knownEnvironments(repository: Repository, projects: Projects, { store }: Ports): Promise<string[]> {
  const named = environmentNames(projects)
  if (projects.broken.length === 0 && projects.good.length > 0) return named
  const before = (await store.environments.known()).filter((one) => one.repository === fullName(repository))
  return [...new Set([...named, ...before.map(({ environment }) => environment)])]
}

const notFound: ReadonlySet<ReasonCode> = new Set(['environment-unknown', 'environment-not-named'])

/**
 * Finds the environment that is meant: of a command given at the side of a deployment that one's; of approvals, where there are several
 * environments and none is named, the one that waits for them. While a file is broken none is assumed: it may have others.
 */
async function aim(
  command: Exclude<Command, Mistake>,
  intent: CommandIntent,
  known: readonly string[],
  mustBeNamed: boolean,
  ports: Ports,
): Promise<Resolved> {
  if (intent.deployment === undefined) {
    const waiting = asksForApproval.has(command.kind) ? await waitingForApproval(intent, known, ports) : []
    const assumed = waiting.length === 1 && waiting[0] !== undefined ? { default: waiting[0] } : {}
    return resolveEnvironment(command, known, { ...assumed, mustBeNamed })
  }
  const deployment = await ports.store.deployments.read(intent.deployment)
  if (!deployment || fullName(deployment.repository) !== fullName(intent.repository)) return refused(reason('deployment-unknown'))
  const { environment } = deployment
  const history = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment, remembered)
  const newest = command.kind === 'rollback' ? rolledBackFirst(history) : history[0]
  // What came since waits behind one that pauses.
  if (newest?.id !== deployment.id && deployment.state !== 'paused')
    return refused(
      reason('deployment-outdated', { environment, command: `/${command.kind} ${environment}${command.kind === 'reject' ? ' why' : ''}` }),
    )
  return resolveEnvironment(at(command, environment), known)
}

/** How many deployments back what runs is looked for. */
const remembered = 50

/** The command as somebody would write it who names the environment. */
function at(command: Exclude<Command, Mistake>, environment: string): Command {
  if (command.kind === 'help' || command.kind === 'plan') return command
  return 'text' in command ? { ...command, text: `${environment} ${command.text}` } : { ...command, environment }
}

const refused = (why: Reason): Resolved => ({ kind: 'refused', reason: why })

const asksForApproval: ReadonlySet<CommandKind> = new Set(['approve', 'reject'])

async function waitingForApproval({ repository }: CommandIntent, environments: readonly string[], { store }: Ports): Promise<string[]> {
  const open = await Promise.all(environments.map((name) => store.deployments.open(fullName(repository), name)))
  const waiting = open.flat().filter(waitsForApproval)
  return [...new Set(waiting.map(({ environment }) => environment))]
}

async function carryOut(command: AimedCommand, projects: Projects, commanded: Commanded): Promise<void> {
  const { intent, ports } = commanded
  const named = 'environment' in command ? command.environment : undefined
  const found = named === undefined ? undefined : findEnvironment(projects, named)
  if (found?.kind === 'invalid' && !needsNoFile.has(command.kind))
    return refuseCommand(intent, problemsReason('configuration-invalid', found.problems), ports)
  switch (command.kind) {
    case 'help':
      return answer(intent, helpAnswer(intent.id, environmentNames(projects)), {}, ports)
    case 'status':
      return tellStatus(command, commanded)
    case 'lock':
      return setLock(command, commanded)
    case 'unlock':
      return takeLockBack(command, commanded)
    case 'approve':
      return approveDeployment(command, commanded)
    case 'reject':
      return rejectDeployment(command, commanded)
    case 'cancel':
      return cancelDeployment(command, commanded)
    case 'plan':
      return tellPlan(commanded)
    case 'rollback':
      return rollBack(command, commanded, found?.kind === 'found' ? found.project.file.project : undefined)
  }
  if (found?.kind !== 'found') throw new Error(`/${command.kind} was aimed at no environment there is`)
  const there = { ...commanded, file: found.project.file }
  switch (command.kind) {
    case 'deploy':
      return deployCommit(command, there)
    case 'promote':
      return promoteRelease(command, there)
    case 'retry':
      return retryDeployment(command, there)
    case 'run':
      return runTask(command, there)
  }
}
