import type { Project } from '../config/project-files.ts'
import type { EnvironmentRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { PushIntent } from '../domain/intent.ts'
import { reason } from '../domain/reason.ts'
import { isNoCommit, type Ref } from '../domain/ref.ts'
import { fullName, type Sha, shortSha } from '../domain/repository.ts'
import { ignoreAnything, paths, pathsFor } from '../policy/gates/paths.ts'
import { changedFiles } from './changed-files.ts'
import type { CommitFacts, Ports } from './ports.ts'
import type { Refs } from './refs.ts'
import { newDeployment } from './settle.ts'

/** The commit of a branch or tag on its way to an environment. */
export interface Bringing {
  intent: PushIntent
  ref: Ref
  head: CommitFacts
  pullRequest?: number
  project: Project
  environment: EnvironmentRule
  refs: Refs
  ports: Ports
}

/** What a push means to one environment. */
export interface Wish {
  made: Deployment[]
  /** Why nothing has to be done although the commit is another. */
  why?: string
}

/** What an environment was asked to run before. */
interface Past {
  /** The commit that was accepted last. */
  newest: Sha | undefined
  /** The commit that somebody took back before it had come there, if nothing came since. */
  takenBack: Sha | undefined
  known: ReadonlySet<Sha | undefined>
}

/** How far back an environment's deployments are looked through. */
const remembered = 50

export async function wanted(bringing: Bringing): Promise<Wish> {
  const { intent, environment, ref, ports } = bringing
  const all = await ports.store.deployments.ofEnvironment(fullName(intent.repository), environment.name, remembered)
  const history = all.filter(({ kind }) => kind === 'deploy')
  // What failed or was refused is desired all the same: bringing its files again takes a change of them, or `/retry`.
  const newest = history.find(({ state }) => state !== 'superseded' && state !== 'cancelled')?.revision
  const last = history.find(({ state }) => state !== 'superseded')
  const takenBack = last?.state === 'cancelled' ? last.revision : undefined
  const past = { newest, takenBack, known: new Set(history.map(({ revision }) => revision)) }
  return ref.kind === 'branch' ? ofBranch(bringing, past) : ofTag(bringing, past)
}

/**
 * The head of the branch is what gets deployed, unless it brings only what `paths` leaves out. A pushed commit the branch has already
 * moved past gets a superseded deployment of its own, so that its status says what happened; the head's own webhook may be late or lost.
 */
async function ofBranch(bringing: Bringing, { newest, takenBack, known }: Past): Promise<Wish> {
  const { intent, project, environment, head, refs } = bringing
  // Only a push that moved the branch back can bring again what was brought before: the branch was elsewhere meanwhile.
  const movedBack = intent.after === head.sha && intent.forced === true
  // Told of late, or found by the look for itself after an older push had brought it, the head must not undo what somebody took back.
  const isNew = (newest !== head.sha && takenBack !== head.sha) || movedBack
  if (isNew && !movedBack && newest !== undefined && ignoreAnything(project.file.paths)) {
    const changed = changedFiles(await refs.changes(intent.repository, newest, head.sha))
    const decision = paths(pathsFor(project.file, environment), project.path, changed)
    if (decision.kind === 'nothing-to-do') return { made: [], why: decision.why }
  }
  const passed = head.sha !== intent.after && !known.has(intent.after)
  return {
    made: [...(passed ? [overtaken(bringing, { revision: intent.after }, head.sha)] : []), ...(isNew ? [deployment(bringing)] : [])],
  }
}

/**
 * A tag is deployed whatever changed: somebody named that very commit. But not one of the past of what was accepted already, for tags
 * that are pushed together are told of in any order, and old ones are pushed late. One that was moved is meant as it says.
 */
async function ofTag(bringing: Bringing, { newest, known }: Past): Promise<Wish> {
  const { intent, head, refs } = bringing
  if (newest === head.sha) return { made: [] }
  const moved = intent.before !== undefined && !isNoCommit(intent.before)
  if (newest === undefined || moved) return { made: [deployment(bringing)] }
  const older = (await refs.changes(intent.repository, newest, head.sha))?.status === 'behind'
  if (!older) return { made: [deployment(bringing)] }
  if (known.has(head.sha)) return { made: [], why: `${shortSha(head.sha)} is older than ${shortSha(newest)}, which was accepted already` }
  return { made: [overtaken(bringing, described(head), newest)] }
}

function deployment(bringing: Bringing): Deployment {
  const { head, pullRequest } = bringing
  return { ...fresh(bringing), ...described(head), ...(pullRequest !== undefined && { pullRequest }) }
}

/** The record of a commit that never ran, because another was wanted by then. */
function overtaken(bringing: Bringing, commit: Brought, by: Sha): Deployment {
  const finishedAt = bringing.ports.clock.now().toISOString()
  return { ...fresh(bringing), ...commit, state: 'superseded', reason: reason('overtaken', { by: shortSha(by) }), finishedAt }
}

type Brought = Pick<Deployment, 'revision' | 'subject' | 'author'>

const described = ({ sha: revision, subject, author }: CommitFacts): Brought => ({ revision, subject, author })

function fresh({ intent, project, environment, ref, ports }: Bringing): Deployment {
  const made = newDeployment(intent, project.file.project, environment.name, ports)
  return { ...made, kind: 'deploy', ...(ref.kind === 'branch' ? { branch: ref.name } : { tag: ref.name }) }
}
