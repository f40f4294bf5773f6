import { parseProjectFile } from '../config/project-file.ts'
import { follows, projectFilePath } from '../domain/configuration.ts'
import type { Intent, PushIntent } from '../domain/intent.ts'
import { readRef } from '../domain/ref.ts'
import { type Wish, wanted } from './bringing.ts'
import { gatherCommand } from './gather-command.ts'
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
  if (intent.kind === 'push') await gatherPush(intent, refs, ports)
  else await gatherCommand(intent, ports)
}

async function gatherPush(intent: PushIntent, refs: Refs, ports: Ports): Promise<void> {
  const ref = readRef(intent.ref)
  if (!ref) return nothing(intent, `${intent.ref} is neither a branch nor a tag`, ports)
  const { head, found, ...more } = await refs.told(intent)
  if (head === undefined) return nothing(intent, `${ref.kind} ${ref.name} is gone`, ports)
  const where = ref.kind === 'branch' ? ref.name : 'the default branch'
  if (found === undefined) return nothing(intent, `${projectFilePath} does not exist on ${where}`, ports)

  const parsed = parseProjectFile(found, projectFilePath, intent.repository.name)
  if (parsed.kind === 'invalid') return refuse(intent, parsed.problems, ports)

  const environments = Object.values(parsed.value.environments).filter(({ source }) => follows(source, intent.ref))
  if (environments.length === 0) return nothing(intent, `no environment follows ${ref.kind} ${ref.name}`, ports)

  const [pullRequest] = await Promise.all([more.pullRequest(), refs.followed(intent, head)])
  const bringing = { intent, file: parsed.value, ref, head, refs, ports, ...(pullRequest !== undefined && { pullRequest }) }
  const wishes: Wish[] = []
  for (const environment of environments) wishes.push(await wanted(environment, bringing))
  const deployments = wishes.flatMap(({ made }) => made)
  const reasons = wishes.flatMap(({ why }) => why ?? [])
  if (deployments.length === 0)
    return nothing(intent, [...new Set(reasons)].join('; ') || `${head.sha} is already deployed or being deployed`, ports)
  await settle(intent, deployments, ports)
}
