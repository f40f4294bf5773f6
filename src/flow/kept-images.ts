import type { ImageRule } from '../domain/configuration.ts'
import type { Deployment } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { type Origin, type Origins, originsIn, tagOf } from '../plan/images.ts'
import { registryOf } from '../plan/reference.ts'
import { imageChanged } from '../policy/gates/paths.ts'
import { loginsOf } from './bundle.ts'
import { changedFiles } from './changed-files.ts'
import type { Passing } from './gates.ts'

/** How many deployments back the one is looked for that an image was built for last. */
const remembered = 10

/**
 * Images of which nothing they are built from changed since an earlier deployment of the environment: builds skip them, so there is none
 * of this commit, and they keep the digest they have. GitHub is asked only where the file says what an image is built from.
 */
export async function keptImages(rules: Record<string, ImageRule>, passing: Passing): Promise<Origins> {
  const restricted = Object.entries(rules).filter(([, { paths }]) => paths !== undefined && paths.length > 0)
  if (restricted.length === 0) return {}
  const { deployment, ports } = passing
  const { repository, environment, id, revision = '' } = deployment
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const earlier = history.filter((one) => one.kind === 'deploy' && one.id !== id && one.revision !== undefined && one.revision !== revision)
  const kept = new Map<string, Origin>()
  const built = async (name: string): Promise<boolean> => {
    const rule = rules[name]
    if (!rule) return false
    const [login] = await loginsOf(repository, [registryOf(rule.repository)], ports)
    return (await ports.registry.resolve(rule.repository, tagOf(rule, revision), login)).kind === 'found'
  }
  const looking = new Map(restricted)
  for (const before of distinct(earlier)) {
    if (looking.size === 0) break
    const changed = changedFiles(await ports.github.changes(repository, before.revision ?? '', revision))
    for (const [name, { paths }] of looking) {
      if (imageChanged(paths, changed)) looking.delete(name)
      else keep(name, before)
    }
  }
  // One of which only the commit is known may never have been built: then the build of a later commit has made it up.
  for (const [name, { pinned }] of kept) if (!pinned && (await built(name))) kept.delete(name)
  return Object.fromEntries(kept)

  /** An earlier deployment that knows the image settles it; one that never came so far may be the one it was built for. */
  function keep(name: string, before: Deployment): void {
    const images = before.plan?.images ?? before.proposal?.draft.images ?? []
    const known = originsIn(images, rules)[name]
    kept.set(name, known ?? { revision: before.revision ?? '' })
    if (known) looking.delete(name)
  }
}

/** Each commit once, by its newest deployment that has a plan. */
function distinct(history: readonly Deployment[]): Deployment[] {
  const planned = history.toSorted((one, other) => Number(one.plan === undefined) - Number(other.plan === undefined))
  const commits = new Map(planned.toReversed().map((one) => [one.revision, one]))
  return history.filter((one) => commits.get(one.revision) === one)
}
