import { posix } from 'node:path'
import { pinpoint } from '../config/pinpoint.ts'
import { parseProjectFile } from '../config/project-file.ts'
import { type HostRule, projectFilePath, type RepositoryRule } from '../domain/configuration.ts'
import type { PinnedImage } from '../domain/image.ts'
import { samePlatform } from '../domain/image.ts'
import type { Plan } from '../domain/plan.ts'
import { type Problem, problemText } from '../domain/problem.ts'
import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { freezePlan } from '../plan/freeze.ts'
import { refusedChannels } from '../policy/channels.ts'
import { allowedHosts, grantFor } from '../policy/hosts.ts'
import { sharedHosts } from '../policy/shared-hosts.ts'
import { lookAtHosts, nextGeneration, plannedHosts, type SeenHost } from './hosts-state.ts'
import { type Prepared, rejected, type Step } from './prepared.ts'
import { type RenderedRelease, renderRelease } from './render-release.ts'
import { resolveImages } from './resolve-images.ts'
import type { Run } from './run.ts'
import { type Running, runningRelease } from './running.ts'

/** Gathers what a deployment of a commit needs to know, decides, and freezes the plan. */
export async function planDeployment(run: Run): Promise<Prepared> {
  const { repository, environment, revision = '' } = run.deployment
  // It takes longest, is needed in any case and remembered where it is asked for again; a failure is told there.
  run.ports.github.snapshot(repository, revision).catch(() => undefined)
  const target = await targetOf(run)
  if (target.kind !== 'ok') return target
  const { granted, hosts, project } = target.value

  // The slow things know nothing of each other: repository, Compose and registry on one side, hosts on the other.
  const rendering = renderRelease(repository, revision, environment, granted, run.ports)
  const [seen, release, built] = await Promise.all([
    lookAtHosts(hosts, { project, environment }, run.ports, run.signal),
    rendering,
    rendering.then((rendered) => (rendered.kind === 'ok' ? resolve(rendered.value, true, [], run) : rendered)),
  ])
  // What people can mend themselves is told before what a machine has.
  if (release.kind !== 'ok') return release
  if (seen.kind !== 'ok') return seen
  const running = await runningRelease(seen.value, repository, environment, run.ports)
  const others = await resolve(release.value, false, running?.images ?? [], run)
  const stopped = [built, others].find(({ kind }) => kind === 'refused') ?? [built, others].find(({ kind }) => kind === 'waiting')
  if (stopped && stopped.kind !== 'ok') return stopped
  const pinned = [built, others].flatMap((step) => (step.kind === 'ok' ? step.value : []))
  return decide(run, release.value, pinned, seen.value, granted, running, { kind: 'deploy', release: run.deployment.id })
}

/** Resolves the images this repository builds, or those it does not, which stay at the digests that run. */
const resolve = ({ images, environment }: RenderedRelease, built: boolean, running: PinnedImage[], { deployment, ports }: Run) =>
  resolveImages(
    images.filter((image) => (image.built !== undefined) === built),
    running,
    deployment,
    environment.imageWithin,
    ports,
  )

/** Where the deployment goes: hosts and gates come from the head of the branch, whatever commit is deployed. */
async function targetOf(run: Run): Promise<Step<{ granted: RepositoryRule; hosts: HostRule[]; project: string }>> {
  const { deployment, ports } = run
  const name = fullName(deployment.repository)
  const text = await ports.github.file(deployment.repository, projectFilePath, deployment.branch)
  const parsed = text === undefined ? undefined : parseProjectFile(text, projectFilePath, deployment.repository.name)
  if (parsed?.kind !== 'ok') {
    const problems = parsed?.problems.map(problemText).join('\n') ?? `${projectFilePath}: there is none on ${deployment.branch} any more.`
    return rejected(reason('configuration-invalid', { problems }))
  }
  const { environments, project, notify } = parsed.value
  const rule = environments[deployment.environment]
  if (!rule)
    return rejected(reason('environment-unknown', { environment: deployment.environment, known: Object.keys(environments).join(', ') }))
  const operator = ports.operator.current()
  const channels = refusedChannels(operator, name, notify)
  if (channels.length === 0) run.notify = notify
  const refused = [...channels, ...sharedHosts(operator, name, parsed.value)]
  if (refused.length > 0) return notAllowed(refused, text)
  return grantedTarget(name, project, deployment.environment, rule.hosts, run, text)
}

/** The hosts the operator lets this environment have. */
export function grantedTarget(
  repository: string,
  project: string,
  environment: string,
  asked: readonly string[],
  { ports }: Pick<Run, 'ports'>,
  text?: string,
): Step<{ granted: RepositoryRule; hosts: HostRule[]; project: string }> {
  const operator = ports.operator.current()
  const allowed = allowedHosts({ operator, repository, project, environment, asked })
  if (allowed.kind === 'refused') return notAllowed(allowed.problems, text)
  const granted = grantFor(operator, repository)
  if (!granted) throw new Error(`${repository} has hosts but no grant`)
  return { kind: 'ok', value: { granted, hosts: allowed.hosts, project } }
}

/** Refused by the operator's rules, with the places in the repository's file where its text is at hand. */
const notAllowed = (problems: Problem[], text?: string) => {
  const placed = text === undefined ? problems : pinpoint(problems, text)
  return rejected(reason('not-allowed', { problems: placed.map(problemText).join('\n') }))
}

/** The last checks over all facts together, then the frozen plan under a generation of its own. */
export async function decide(
  run: Run,
  release: RenderedRelease,
  pinned: PinnedImage[],
  seen: SeenHost[],
  granted: RepositoryRule,
  running: Running | undefined,
  what: Pick<Plan, 'kind' | 'release'>,
): Promise<Prepared> {
  const { repository, environment } = run.deployment
  const unfit = platformMissing(pinned, seen)
  if (unfit) return unfit
  const pins = new Map<string, PinnedImage>()
  for (const { service, line, repository: name, tag } of release.images) {
    const image = pinned.find((candidate) => candidate.line === line && candidate.repository === name && candidate.tag === tag)
    if (!image) throw new Error(`no image was resolved for service ${service}`)
    pins.set(service, image)
  }
  const generation = await nextGeneration(seen, repository, environment, run.ports)
  if (generation.kind !== 'ok') return generation
  const states = new Map(seen.map(({ host, state }) => [host.name, state]))
  const plan = freezePlan({
    ...what,
    repository,
    generation: generation.value,
    revision: release.revision,
    file: release.file,
    environment: release.environment,
    model: release.model,
    portable: release.portable,
    interpolation: release.interpolation,
    values: release.values,
    files: envFilesOf(release),
    pins,
    hosts: plannedHosts(seen).map((host) => ({ ...host, containers: states.get(host.name)?.containers ?? [] })),
    running,
    registries: granted.registries,
    fingerprint: run.ports.signer.fingerprint,
  })
  return { kind: 'planned', plan }
}

function platformMissing(images: PinnedImage[], seen: SeenHost[]): Prepared | undefined {
  for (const { host, state } of seen) {
    for (const image of images) {
      if (image.platforms.some(({ platform }) => samePlatform(platform, state.platform))) continue
      const offered = image.platforms.map(({ platform }) => platform).join(', ') || 'none'
      const evidence = { image: `${image.repository}:${image.tag}`, platform: state.platform, host: host.name, offered }
      return rejected(reason('platform-missing', evidence))
    }
  }
  return undefined
}

/** `env_file`s live beside the first Compose file in the repository, and at the same place in the project folder on hosts. */
function envFilesOf({ file, envFiles, snapshot }: RenderedRelease): Map<string, { source: string; text: string }> {
  const folder = posix.dirname(file.compose[0] ?? '.')
  return new Map(
    envFiles.map((path) => {
      const source = posix.join(folder, path)
      const bytes = snapshot.read(source)
      if (!bytes) throw new Error(`${source} was rendered and is not in the snapshot`)
      return [path, { source, text: new TextDecoder().decode(bytes) }]
    }),
  )
}
