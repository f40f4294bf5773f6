import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import { reason } from '../domain/reason.ts'
import type { ServiceImage } from '../plan/images.ts'
import { registryOf } from '../plan/reference.ts'
import { loginsOf } from './bundle.ts'
import type { Ports } from './ports.ts'
import { failed, type Step } from './prepared.ts'

/** How often the registry is asked for an image that is not there yet, in seconds. */
const askAgain = 5

/**
 * Resolves every image once; all hosts run that digest. An image that others build keeps the digest of the running
 * release until its line changes: nobody asked for another one.
 *
 * @param within how long a built image may take to appear, in seconds since the deployment was asked for
 */
export async function resolveImages(
  images: ServiceImage[],
  running: readonly PinnedImage[],
  deployment: Deployment,
  within: number,
  ports: Ports,
): Promise<Step<PinnedImage[]>> {
  const steps = await Promise.all(distinct(images).map((image) => resolve(image, running, deployment, within, ports)))
  const stopped = steps.find((step) => step.kind === 'refused') ?? steps.find((step) => step.kind === 'waiting')
  if (stopped) return stopped
  return { kind: 'ok', value: steps.flatMap((step) => (step.kind === 'ok' ? [step.value] : [])) }
}

async function resolve(
  image: ServiceImage,
  running: readonly PinnedImage[],
  deployment: Deployment,
  within: number,
  ports: Ports,
): Promise<Step<PinnedImage>> {
  const { line, repository, tag, built } = image
  const kept = built ? undefined : running.find((known) => known.line === line && known.repository === repository && known.tag === tag)
  if (kept) return { kind: 'ok', value: kept }

  const registry = registryOf(repository)
  const [login] = await loginsOf(deployment.repository, [registry], ports)
  const answer = await ports.registry.resolve(repository, tag, login)
  const name = `${repository}:${tag}`
  switch (answer.kind) {
    case 'found':
      return { kind: 'ok', value: { ...answer.image, line, ...(built && { revision: built.revision }) } }
    case 'busy':
      return {
        kind: 'waiting',
        seconds: answer.retryAfterSeconds,
        reason: reason('registry-busy', { registry, image: name, detail: answer.detail }),
      }
    case 'failed':
      return failed(reason('registry-failed', { registry, image: name, detail: answer.detail }))
    case 'missing':
      return built
        ? stillMissing(name, deployment, within, ports)
        : failed(reason('registry-failed', { registry, image: name, detail: 'there is no such tag' }))
  }
}

/** The build may still run: wait, visibly and not for ever. */
function stillMissing(image: string, deployment: Deployment, within: number, ports: Ports): Step<never> {
  const deadline = new Date(Date.parse(deployment.createdAt) + within * 1000)
  if (ports.clock.now() >= deadline) return failed(reason('image-never-came', { image, within: `${Math.round(within / 60)} minutes` }))
  return { kind: 'waiting', seconds: askAgain, reason: reason('image-missing', { image, deadline: deadline.toISOString() }) }
}

const distinct = (images: ServiceImage[]): ServiceImage[] => [
  ...new Map(images.map((image) => [`${image.line} ${image.repository} ${image.tag}`, image])).values(),
]
