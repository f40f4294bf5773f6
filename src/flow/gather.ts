import { areNone, problemsOfAll } from '../config/project-files.ts'
import { follows, projectFilePath } from '../domain/configuration.ts'
import type { Intent, PushIntent } from '../domain/intent.ts'
import { readRef } from '../domain/ref.ts'
import { type Wish, wanted } from './bringing.ts'
import { gatherCommand } from './gather-command.ts'
import { gatherOperator } from './gather-operator.ts'
import type { Ports } from './ports.ts'
import type { Refs } from './refs.ts'
import { nothing, refuse, settle } from './settle.ts'

/**
 * Fans an intent out to the environments it concerns, and settles it. Re-entrant: settling is one transaction, and a
 * second settling changes nothing.
 *
 * @param refs what is known of branches and tags already; nothing in it may be older than the intent
 */
export async function gather(intent: Intent, refs: Refs, ports: Ports): Promise<void> {
  switch (intent.kind) {
    case 'push':
      return gatherPush(intent, refs, ports)
    case 'command':
      return gatherCommand(intent, ports)
    case 'operator':
      return gatherOperator(intent, ports)
  }
}

/** A project whose file is broken is told of, and keeps the others from nothing. */
async function gatherPush(intent: PushIntent, refs: Refs, ports: Ports): Promise<void> {
  const ref = readRef(intent.ref)
  if (!ref) return nothing(intent, `${intent.ref} is neither a branch nor a tag`, ports)
  const { head, projects, ...more } = await refs.told(intent)
  if (head === undefined) return nothing(intent, `${ref.kind} ${ref.name} is gone`, ports)
  const where = ref.kind === 'branch' ? ref.name : 'the default branch'
  if (areNone(projects)) return nothing(intent, `${projectFilePath} does not exist on ${where}`, ports)

  const problems = problemsOfAll(projects)
  const following = projects.good.flatMap((project) => {
    const environments = Object.values(project.file.environments).filter(({ source }) => follows(source, intent.ref))
    return environments.map((environment) => ({ project, environment }))
  })
  if (following.length === 0 && problems.length > 0) return refuse(intent, problems, ports)
  if (following.length === 0) return nothing(intent, `no environment follows ${ref.kind} ${ref.name}`, ports)

  const [pullRequest] = await Promise.all([more.pullRequest(), refs.followed(intent, head)])
  const bringing = { intent, ref, head, refs, ports, ...(pullRequest !== undefined && { pullRequest }) }
  const wishes: Wish[] = []
  for (const one of following) wishes.push(await wanted({ ...bringing, ...one }))
  const deployments = wishes.flatMap(({ made }) => made)
  if (deployments.length > 0) return settle(intent, deployments, ports, problems)
  if (problems.length > 0) return refuse(intent, problems, ports)
  const reasons = [...new Set(wishes.flatMap(({ why }) => why ?? []))]
  await nothing(intent, reasons.join('; ') || `${head.sha} is already deployed or being deployed`, ports)
}
