import { parseProjectFile } from '../config/project-file.ts'
import { type EnvironmentRule, follows, type ProjectFile, projectFilePath } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Intent, PushIntent } from '../domain/intent.ts'
import { reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { ignoreAnything, paths } from '../policy/gates/paths.ts'
import type { Branches } from './branches.ts'
import { gatherCommand } from './gather-command.ts'
import type { CommitFacts, Ports } from './ports.ts'
import { newDeployment, nothing, refuse, settle } from './settle.ts'

/**
 * Fans an intent out to the environments it concerns, and settles it. Re-entrant: settling is one transaction, and a
 * second settling changes nothing.
 *
 * @param branches what is known of branches already; nothing in it may be older than the intent
 */
export async function gather(intent: Intent, branches: Branches, ports: Ports): Promise<void> {
  if (intent.kind === 'push') await gatherPush(intent, branches, ports)
  else await gatherCommand(intent, ports)
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
  const bringing = { intent, file: parsed.value, branch, head, branches, ports, ...(pullRequest !== undefined && { pullRequest }) }
  const wishes: Wish[] = []
  for (const environment of environments) wishes.push(await wanted(environment, bringing))
  const deployments = wishes.flatMap(({ made }) => made)
  const reasons = wishes.flatMap(({ why }) => why ?? [])
  if (deployments.length === 0)
    return nothing(intent, [...new Set(reasons)].join('; ') || `${head.sha} is already deployed or being deployed`, ports)
  await settle(intent, deployments, ports)
}

/** The head of a branch on its way to environments. */
interface Bringing {
  intent: PushIntent
  file: ProjectFile
  branch: string
  head: CommitFacts
  pullRequest?: number
  branches: Branches
  ports: Ports
}

/** What a push means to one environment. */
interface Wish {
  made: Deployment[]
  /** Why nothing has to be done although the head is another. */
  why?: string
}

/**
 * The head of the branch is what gets deployed, unless it brings only what `paths` leaves out. A pushed commit the branch has already
 * moved past gets a superseded deployment of its own, so that its status says what happened; the head's own webhook may be late or lost.
 */
async function wanted(environment: EnvironmentRule, { intent, file, branch, head, pullRequest, branches, ports }: Bringing): Promise<Wish> {
  const made: Deployment[] = []
  const fresh = () => newDeployment(intent, file.project, environment.name, ports)
  const history = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment.name, 50)
  // What failed or was refused is desired all the same: bringing its files again takes a change of them, or `/retry`.
  const newest = history.find((known) => known.kind === 'deploy' && known.state !== 'superseded' && known.state !== 'cancelled')
  // Only a push that moved the branch back can bring again what was brought before: the branch was elsewhere meanwhile.
  const movedBack = intent.after === head.sha && intent.forced === true
  const isNew = newest?.revision !== head.sha || movedBack
  if (isNew && !movedBack && newest?.revision !== undefined && ignoreAnything(file.paths)) {
    const decision = paths(file.paths, projectFilePath, await branches.changed(intent.repository, newest.revision, head.sha))
    if (decision.kind === 'nothing-to-do') return { made, why: decision.why }
  }

  if (head.sha !== intent.after && !history.some((known) => known.kind === 'deploy' && known.revision === intent.after)) {
    const overtaken = reason('overtaken', { by: shortSha(head.sha) })
    const finishedAt = ports.clock.now().toISOString()
    made.push({ ...fresh(), kind: 'deploy', revision: intent.after, branch, state: 'superseded', reason: overtaken, finishedAt })
  }
  if (isNew) {
    const { sha, subject, author } = head
    made.push({ ...fresh(), kind: 'deploy', revision: sha, subject, author, branch, ...(pullRequest !== undefined && { pullRequest }) })
  }
  return { made }
}
