import type { Adoption } from '../../domain/adoption.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { PinnedImage } from '../../domain/image.ts'
import type { Draft } from '../../domain/plan.ts'
import { type Reason, reason } from '../../domain/reason.ts'
import type { FoundImage } from '../../host/adoption/look.ts'
import { withRoom } from '../../plan/beside.ts'
import { filesIn } from '../../plan/files-since.ts'
import type { ServiceImage } from '../../plan/images.ts'
import { readReference, registryOf, sameRepository } from '../../plan/reference.ts'
import { loginsOf } from '../bundle.ts'
import { draftOf } from '../draft.ts'
import { lookAtHosts } from '../hosts-state.ts'
import type { Ports } from '../ports.ts'
import { failed, type Step } from '../prepared.ts'
import { renderTarget } from '../render-target.ts'
import { targetOf } from '../target.ts'
import type { FoundProject } from './find.ts'

/** What merging would do, and what has to be remembered so that it does. */
export interface DraftedAdoption {
  adoption: Adoption
  /** The deployment that the merge would lead to. */
  draft: Draft
}

/**
 * Plans the first deployment of what runs, as any deployment is planned, by the images that run. Services whose containers are just what the
 * files say are remembered as they are described; so the plan that is made from the same files later finds nothing to do.
 *
 * @param deployment the one that merging would lead to; `revision` holds the files
 * @param into the branch they are proposed for
 */
export async function draftAdoption(
  deployment: Deployment & { revision: string },
  into: string,
  found: FoundProject,
  images: readonly FoundImage[],
  ports: Ports,
): Promise<Step<DraftedAdoption>> {
  const run = { deployment, ports, notify: [] }
  const target = await targetOf({ ...run, into })
  if (target.kind !== 'ok') return target
  const { hosts, project, rule } = target.value
  const [rendered, seen] = await Promise.all([
    renderTarget(deployment.repository, deployment.revision, target.value, ports),
    lookAtHosts(hosts, { project, environment: deployment.environment }, ports, new AbortController().signal),
  ])
  if (rendered.kind !== 'ok') return rendered
  if (seen.kind !== 'ok') return seen
  const pinned: PinnedImage[] = []
  for (const image of rendered.value.images) {
    const pin = await pinRunning(image, found, images, deployment, ports)
    if (pin.kind !== 'ok') return failed(pin.reason)
    pinned.push(pin.value)
  }
  const facts = { kind: 'deploy', release: deployment.id, rendered: rendered.value, pinned, seen: seen.value } as const
  const rules = { gates: rule.gates, rollout: rule.rollout }
  const first = draftOf({ ...facts, ...rules, running: undefined }, target.value, run)
  if (first.kind !== 'ok') return first
  const adoption = {
    draft: { ...first.value, services: first.value.services.filter(({ name }) => isKept(name, found)) },
    containers: hosts.flatMap(({ name: host }) => found.containers.map(({ service, id }) => ({ host, service, id }))),
  }
  const { services } = adoption.draft
  const running = { services, others: [], room: withRoom(adoption.draft), files: filesIn([adoption.draft]), images: pinned }
  const draft = draftOf({ ...facts, ...rules, running }, target.value, run)
  return draft.kind === 'ok' ? { kind: 'ok', value: { adoption, draft: draft.value } } : draft
}

/** Whether all containers of a service are what its files say. */
function isKept(name: string, { containers, kept }: FoundProject): boolean {
  const own = containers.filter(({ service }) => service === name)
  return own.length > 0 && own.every((container) => kept.includes(container.name))
}

/** The image by the digest that runs, whatever its tag names by now. Where nothing of it runs, by its tag. */
async function pinRunning(
  { service, repository, tag, line }: ServiceImage,
  { containers }: FoundProject,
  images: readonly FoundImage[],
  deployment: Deployment,
  ports: Ports,
): Promise<{ kind: 'ok'; value: PinnedImage } | { kind: 'failed'; reason: Reason }> {
  const id = containers.find((container) => container.service === service)?.image
  const digests = images.find((image) => image.id === id)?.digests ?? []
  const running = digests.map(readReference).find((known) => sameRepository(known.repository, repository))?.digest
  const registry = registryOf(repository)
  const [login] = await loginsOf(deployment.repository, [registry], ports)
  const answer = await ports.registry.resolve(repository, running ?? tag, login)
  if (answer.kind === 'found') return { kind: 'ok', value: { ...answer.image, line, repository, tag } }
  const detail = answer.kind === 'missing' ? 'it is not there (any more): push what runs again' : answer.detail
  return {
    kind: 'failed',
    reason: reason('registry-failed', { registry, image: `${repository}${running ? `@${running}` : `:${tag}`}`, detail }),
  }
}
