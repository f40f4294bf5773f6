import { areNone, findEnvironment, type Project } from '../config/project-files.ts'
import { type EnvironmentRule, projectFilePath } from '../domain/configuration.ts'
import type { OneOff, TaskRun } from '../domain/one-off.ts'
import { problemsReason, type Reason, reason } from '../domain/reason.ts'
import { fullName, type Repository, shortSha } from '../domain/repository.ts'
import { type Role, reaches } from '../domain/role.ts'
import { grantFor } from '../policy/hosts.ts'
import { taskGates } from '../policy/task-gates.ts'
import { type Found, notRun, type TaskTarget, taskTarget, whatRuns } from '../policy/task-place.ts'
import { taskMeant } from '../policy/task-words.ts'
import { demandsBeside } from './gates.ts'
import { teamsOf } from './may-approve.ts'
import type { Ports } from './ports.ts'
import { readProjects } from './read-projects.ts'

/** A task that somebody wants run. */
export type TaskWanted = Pick<TaskRun, 'repository' | 'environment' | 'task' | 'actor' | 'comment'>

/** How many deployments back what runs is looked for. */
const remembered = 50

/**
 * What would be run and where, or why not now, by this person. The words are those of the release that runs, which passed its gates; what
 * asks for the person and the moment is that of the branch's head, of what runs and of the operator, as for a deployment.
 *
 * @param role what the person is in the repository at this moment
 */
export async function permitTask(wanted: TaskWanted, role: Role, ports: Ports): Promise<Found<TaskTarget & { words: OneOff }>> {
  const { repository, environment, task, actor: person, comment } = wanted
  if (!reaches(role, 'write')) return notRun(wanted, `${person} may not write to the repository any more`)
  const head = await headOf(wanted, ports)
  if (head.kind === 'refused') return head
  const running = whatRuns(wanted, await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered))
  if (running.kind === 'refused') return running
  const { revision } = running.plan
  const own = await environmentAt(repository, environment, revision, ports)
  if (own.kind === 'refused') return notRun(wanted, `the file of the release that runs (${shortSha(revision)}) cannot be read any more`)
  const newest = head.project.file.tasks ?? {}
  const meant = taskMeant({ task, environment, revision, newest, running: own.project.file.tasks ?? {} })
  if (meant.kind === 'refused') return meant
  const demands = await demandsBeside(wanted, head.rule.gates, grantFor(ports.operator.current(), fullName(repository)), ports)
  const says = taskGates({
    ...{ task, environment, person, role, demands, now: ports.clock.now().toISOString() },
    teams: await teamsOf(person, repository, demands.approve, ports),
    locks: await ports.store.locks.of(fullName(repository)),
    ...(comment && { pullRequest: comment.issue }),
  })
  if (says.kind !== 'open') return { kind: 'refused', reason: says.reason }
  const { words } = meant
  const target = taskTarget({ ...wanted, service: words.service }, running)
  return target.kind === 'refused' ? target : { ...target, words }
}

type AtCommit = Found<{ project: Project; rule: EnvironmentRule }>

/** The environment as the head of its branch has it. Which branch that is, and whether it is there at all, the default branch says. */
async function headOf({ repository, environment }: TaskWanted, ports: Ports): Promise<AtCommit> {
  const there = await environmentAt(repository, environment, undefined, ports)
  if (there.kind === 'refused' || there.rule.source.kind !== 'branch') return there
  return environmentAt(repository, environment, there.rule.source.branch, ports)
}

async function environmentAt(repository: Repository, environment: string, ref: string | undefined, ports: Ports): Promise<AtCommit> {
  const refused = (why: Reason): AtCommit => ({ kind: 'refused', reason: why })
  const projects = await readProjects(repository, ref, ports)
  const missing = { file: projectFilePath, what: `it does not exist on ${ref ?? 'the default branch'}`, remedy: 'Add it' }
  if (areNone(projects)) return refused(problemsReason('configuration-invalid', [missing]))
  const found = findEnvironment(projects, environment)
  if (found.kind === 'invalid') return refused(problemsReason('configuration-invalid', found.problems))
  return found.kind === 'found' ? found : refused(reason('environment-unknown', { environment, known: found.known.join(', ') }))
}
