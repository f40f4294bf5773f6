import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { ServiceImage } from '../plan/images.ts'
import { registryOf, sameRepository } from '../plan/reference.ts'
import { loginsOf } from './bundle.ts'
import type { Ports, RegistryAnswer } from './ports.ts'
import { failed, type Step } from './prepared.ts'
import type { Run } from './run.ts'

/** How often the registry is asked for an image that is not there yet, in seconds. */
const askAgain = 5

/** Which of the images are resolved, and what is known of them. */
interface Wanted {
  /** Those this repository builds, or those it does not. */
  built: boolean
  /** Fixed before: what these name is not looked up again. */
  known: readonly PinnedImage[]
  /** How long a built image may take to appear, in seconds since the deployment was asked for. */
  within: number
}

/**
 * Resolves every image once; all hosts run that digest. An image that others build keeps the digest of the running
 * release until its line changes: nobody asked for another one.
 */
export async function resolveImages(
  images: readonly ServiceImage[],
  wanted: Wanted,
  run: Pick<Run, 'deployment' | 'ports'>,
): Promise<Step<PinnedImage[]>> {
  const meant = distinct(images.filter(({ built }) => (built !== undefined) === wanted.built))
  const steps = await Promise.all(meant.map((image) => resolve(image, wanted, run)))
  const stopped = steps.find((step) => step.kind === 'refused') ?? steps.find((step) => step.kind === 'waiting')
  if (stopped) return stopped
  return { kind: 'ok', value: steps.flatMap((step) => (step.kind === 'ok' ? [step.value] : [])) }
}

async function resolve(
  image: ServiceImage,
  { known, within }: Wanted,
  { deployment, ports }: Pick<Run, 'deployment' | 'ports'>,
): Promise<Step<PinnedImage>> {
  const { line, repository, tag, built } = image
  const fixed = known.find((one) => (built ? isBuilt(one, image) : one.line === line && one.repository === repository && one.tag === tag))
  if (fixed) return { kind: 'ok', value: { ...fixed, line, repository, tag } }

  const registry = registryOf(repository)
  const answer = await askRegistry(image, registry, { deployment, ports })
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

/** A token that came to its end before its time is fetched once more. */
async function askRegistry(
  { repository, tag }: ServiceImage,
  registry: string,
  { deployment, ports }: Pick<Run, 'deployment' | 'ports'>,
): Promise<RegistryAnswer> {
  const [login] = await loginsOf(deployment.repository, [registry], ports)
  const answer = await ports.registry.resolve(repository, tag, login)
  if (!login || answer.kind !== 'failed' || !answer.denied) return answer
  const [fresh] = await loginsOf(deployment.repository, [registry], ports, 'anew')
  const changed = fresh && fresh.password.reveal() !== login.password.reveal()
  return changed ? ports.registry.resolve(repository, tag, fresh) : answer
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
export function registryRest({ state, reason: why, closed = [] }: Deployment, now: Date): number {
  const busy = [why, ...closed].find((one) => one?.code === 'registry-busy')
  const until = state === 'waiting' ? busy?.evidence.until : undefined
  return until === undefined ? 0 : Math.max(0, (Date.parse(until) - now.getTime()) / 1000)
}

/** Of one commit there is one image: it is the same under another tag, and on another line. */
const isBuilt = (known: PinnedImage, { repository, built }: ServiceImage): boolean =>
  known.revision === built?.revision && sameRepository(known.repository, repository)

const distinct = (images: readonly ServiceImage[]): ServiceImage[] => [
  ...new Map(images.map((image) => [`${image.line} ${image.repository} ${image.tag}`, image])).values(),
]
