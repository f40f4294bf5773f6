import type { Draft } from '../domain/plan.ts'
import { registryOf } from '../plan/reference.ts'
import { loginsOf } from './bundle.ts'
import type { Run } from './run.ts'

/**
 * Says in the record where a tag names another image now than when the proposal was made. What was shown is deployed all the same; a
 * registry that does not answer holds nothing up.
 */
export async function tellMovedTags({ deployment, ports, note }: Run, { images }: Draft): Promise<void> {
  const built = images.filter(({ revision, tag }) => revision !== undefined && !tag.startsWith('sha256:'))
  await Promise.all(
    built.map(async ({ repository, tag, digest }) => {
      const [login] = await loginsOf(deployment.repository, [registryOf(repository)], ports)
      const answer = await ports.registry.resolve(repository, tag, login)
      if (answer.kind !== 'found' || answer.image.digest === digest) return
      const text = `the tag ${repository}:${tag} was moved to ${answer.image.digest} since this was shown; ${digest} is deployed, as it was shown`
      await note('images', text)
    }),
  )
}
