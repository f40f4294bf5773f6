import type { PinnedImage } from '../domain/image.ts'
import type { Plan } from '../domain/plan.ts'
import { registryOf } from '../plan/reference.ts'
import { loginsOf } from './bundle.ts'
import type { Run } from './run.ts'

/**
 * Says in the record where a tag names another image than the one that is deployed: it was moved after it was looked up, while an approval
 * was waited for, or between one host's pull and the next. What was planned is deployed all the same. Asked once every host has its
 * images, so that no move before that is missed. Never rejects: it is a note, and hosts are being changed meanwhile.
 */
export async function tellMovedTags(run: Run, { kind, images }: Plan): Promise<void> {
  // A rollback asks no registry: what it brings back is on the hosts.
  if (kind === 'rollback') return
  const built = images.filter(({ revision, tag }) => revision !== undefined && !tag.startsWith('sha256:'))
  const told = await Promise.allSettled(built.map((image) => tellWhereMoved(run, image)))
  for (const one of told) {
    if (one.status === 'rejected' && !run.signal.aborted)
      run.ports.log.warn('tags could not be looked at again', { deployment: run.deployment.id, error: one.reason })
  }
}

async function tellWhereMoved({ deployment, ports, note }: Run, { repository, tag, digest }: PinnedImage): Promise<void> {
  const [login] = await loginsOf(deployment.repository, [registryOf(repository)], ports)
  const answer = await ports.registry.resolve(repository, tag, login)
  if (answer.kind !== 'found' || answer.image.digest === digest) return
  const now = answer.image.digest
  await note('images', `the tag ${repository}:${tag} was moved to ${now} since it was looked up; ${digest} is deployed, as planned`)
}
