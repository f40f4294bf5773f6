import { parseProjectFile } from '../config/project-file.ts'
import { type EnvironmentRule, follows, type ProjectFile, projectFilePath } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Intent, PushIntent, RollbackIntent } from '../domain/intent.ts'
import { type Problem, problemText } from '../domain/problem.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import type { Branches } from './branches.ts'
import type { CommitFacts, Ports, ReportKey } from './ports.ts'
import { deploymentReports } from './publish.ts'

/**
 * Fans an intent out to the environments it concerns, and settles it. Re-entrant: settling is one transaction, and a
 * second settling changes nothing.
 *
 * @param branches what is known of branches already; nothing in it may be older than the intent
 */
export async function gather(intent: Intent, branches: Branches, ports: Ports): Promise<void> {
  if (intent.kind === 'push') await gatherPush(intent, branches, ports)
  else await gatherRollback(intent, ports)
}

async function gatherPush(intent: PushIntent, branches: Branches, ports: Ports): Promise<void> {
  const branch = intent.ref.replace('refs/heads/', '')
  const { head, found, ...more } = await branches.told(intent)
  if (head === undefined) return nothing(intent, `branch ${branch} is gone`, ports)
  if (found === undefined) return nothing(intent, `${projectFilePath} does not exist on ${branch}`, ports)

  const parsed = parseProjectFile(found, projectFilePath, intent.repository.name)
  if (parsed.kind === 'invalid') return refuse(intent, parsed.problems, ports)

  const environments = Object.values(parsed.value.environments).filter(({ source }) => follows(source, intent.ref))
  if (environments.length === 0) return nothing(intent, `no environment follows ${branch}`, ports)

  const [pullRequest] = await Promise.all([more.pullRequest(), branches.followed(intent, head)])
  const deployments: Deployment[] = []
  const bringing = { branch, head, ...(pullRequest !== undefined && { pullRequest }) }
  for (const environment of environments) deployments.push(...(await wanted(intent, parsed.value, environment, bringing, ports)))
  if (deployments.length === 0) return nothing(intent, `${head.sha} is already deployed or being deployed`, ports)
  await settle(intent, deployments, ports)
}

/**
 * The head of the branch is what gets deployed. A pushed commit the branch has already moved past gets a superseded
 * deployment of its own, so that its status says what happened; the head's own webhook may be late or lost.
 */
async function wanted(
  intent: PushIntent,
  file: ProjectFile,
  environment: EnvironmentRule,
  { branch, head, pullRequest }: Bringing,
  ports: Ports,
): Promise<Deployment[]> {
  const made: Deployment[] = []
  const fresh = () => newDeployment(intent, file.project, environment.name, ports)
  const history = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment.name, 50)
  if (head.sha !== intent.after && !history.some((known) => known.kind === 'deploy' && known.revision === intent.after)) {
    const overtaken = reason('overtaken', { by: shortSha(head.sha) })
    const finishedAt = ports.clock.now().toISOString()
    made.push({ ...fresh(), kind: 'deploy', revision: intent.after, branch, state: 'superseded', reason: overtaken, finishedAt })
  }
  const newest = history.find((known) => known.kind === 'deploy' && known.state !== 'superseded' && known.state !== 'cancelled')
  // Only a push that moved the branch back can bring again what was brought before: the branch was elsewhere meanwhile.
  if (newest?.revision !== head.sha || (intent.after === head.sha && intent.forced)) {
    const { sha, subject, author } = head
    made.push({ ...fresh(), kind: 'deploy', revision: sha, subject, author, branch, ...(pullRequest !== undefined && { pullRequest }) })
  }
  return made
}

/** The head of a branch on its way to environments. */
interface Bringing {
  branch: string
  head: CommitFacts
  pullRequest?: number
}

async function gatherRollback(intent: RollbackIntent, ports: Ports): Promise<void> {
  const role = await ports.github.role(intent.repository, intent.actor)
  if (role !== 'write' && role !== 'maintain' && role !== 'admin')
    return refuseCommand(intent, reason('person-not-allowed', { person: intent.actor, permission: role }), ports)

  const found = await ports.github.file(intent.repository, projectFilePath)
  const parsed = found === undefined ? undefined : parseProjectFile(found, projectFilePath, intent.repository.name)
  if (parsed?.kind !== 'ok') {
    const problems = parsed?.problems.map(problemText).join('\n') ?? `${projectFilePath} does not exist on the default branch`
    return refuseCommand(intent, reason('configuration-invalid', { problems }), ports)
  }
  const environment = environmentMeant(intent, parsed.value)
  if (environment.kind === 'unknown') return refuseCommand(intent, environment.reason, ports)
  await settle(
    intent,
    [{ ...newDeployment(intent, parsed.value.project, environment.name, ports), kind: 'rollback', comment: intent.comment }],
    ports,
  )
}

/** The environment named; where none is named, the only one there is. */
function environmentMeant(
  intent: RollbackIntent,
  file: ProjectFile,
): { kind: 'known'; name: string } | { kind: 'unknown'; reason: Reason } {
  const names = Object.keys(file.environments)
  const [only] = names
  const asked = intent.environment ?? (names.length === 1 ? only : undefined)
  if (asked !== undefined && names.includes(asked)) return { kind: 'known', name: asked }
  return { kind: 'unknown', reason: reason('environment-unknown', { environment: asked ?? '(none named)', known: names.join(', ') }) }
}

function newDeployment(intent: Intent, project: string, environment: string, ports: Ports): Omit<Deployment, 'kind'> {
  return {
    id: ports.ids(),
    intent: intent.id,
    repository: intent.repository,
    project,
    environment,
    actor: intent.actor,
    state: 'queued',
    createdAt: ports.clock.now().toISOString(),
  }
}

async function settle(intent: Intent, deployments: Deployment[], ports: Ports): Promise<void> {
  const ids = deployments.map(({ id }) => id)
  const reports = deployments.flatMap((deployment) => deploymentReports(deployment))
  await ports.store.intents.settle(intent.id, { kind: 'deployments', ids }, deployments, reports)
  ports.log.info('intent gathered', { intent: intent.id, deployments: ids })
  await Promise.all([...ids.map((id) => ports.queue.wake(`deployment:${id}`)), ports.queue.wake('reports')])
}

async function nothing(intent: Intent, why: string, ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'nothing-to-do', why }, [])
  ports.log.info('intent needs nothing', { intent: intent.id, why })
}

/** Settles a push that cannot be deployed, for everybody to see at its commit. */
export async function refuse(intent: PushIntent, problems: Problem[], ports: Ports): Promise<void> {
  const wanted: ReportKey[] = ['configuration-status', 'configuration-comment'].map((surface) => ({
    subject: `intent:${intent.id}`,
    surface,
  }))
  await ports.store.intents.settle(intent.id, { kind: 'refused', problems }, [], wanted)
  ports.log.info('intent refused', { intent: intent.id, problems: problems.length })
  await ports.queue.wake('reports')
}

/** Settles a command with an answer that says why not. */
export async function refuseCommand(intent: RollbackIntent, why: Reason, ports: Ports): Promise<void> {
  const subject = `intent:${intent.id}`
  await ports.store.intents.settle(
    intent.id,
    { kind: 'command-refused', reason: why },
    [],
    [
      { subject, surface: 'reaction' },
      { subject, surface: 'answer' },
    ],
  )
  ports.log.info('command refused', { intent: intent.id, reason: why.code })
  await ports.queue.wake('reports')
}
