import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import { type Reason, reason } from '../domain/reason.ts'
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
  const told = { registry, image: `${repository}:${tag}` }
  switch (answer.kind) {
    case 'found':
      return { kind: 'ok', value: { ...answer.image, line, ...(built && { revision: built.revision }) } }
    case 'missing':
      // The build may still run.
      if (built) return waitFor(reason('image-missing', told), askAgain, deployment, within, ports)
      return failed(reason('registry-failed', { ...told, detail: 'there is no such tag' }))
    case 'busy':
      return waitFor(reason('registry-busy', { ...told, detail: answer.detail }), answer.retryAfterSeconds, deployment, within, ports)
    case 'failed': {
      const why = reason('registry-failed', { ...told, detail: answer.detail })
      return answer.retryable ? waitFor(why, askAgain, deployment, within, ports) : failed(why)
    }
  }
}

/** Waits visibly and not for ever. `until` says from when on the registry may be asked again, also after a restart. */
function waitFor(why: Reason, seconds: number, deployment: Deployment, within: number, ports: Ports): Step<never> {
  const now = ports.clock.now().getTime()
  const deadline = Date.parse(deployment.createdAt) + within * 1000
  if (now >= deadline) return failed(why.code === 'image-missing' ? neverCame(why, within) : why)
  const pause = Math.max(1, seconds)
  const instant = (at: number) => new Date(at).toISOString()
  const evidence = { ...why.evidence, deadline: instant(deadline), ...(seconds > askAgain && { until: instant(now + pause * 1000) }) }
  return { kind: 'waiting', seconds: pause, reason: reason(why.code, evidence) }
}

const neverCame = ({ evidence }: Reason, within: number): Reason =>
  reason('image-never-came', {
    image: evidence.image ?? '',
    within: within < 120 ? `${within} seconds` : `${Math.round(within / 60)} minutes`,
  })

/** Seconds for which a registry that a waiting deployment asked wants to be left alone; 0 where it may be asked. */
export function registryRest({ state, reason: why }: Deployment, now: Date): number {
  const until = state === 'waiting' && why?.code === 'registry-busy' ? why.evidence.until : undefined
  return until === undefined ? 0 : Math.max(0, (Date.parse(until) - now.getTime()) / 1000)
}

const distinct = (images: ServiceImage[]): ServiceImage[] => [
  ...new Map(images.map((image) => [`${image.line} ${image.repository} ${image.tag}`, image])).values(),
]
