import type { EnvironmentRule, ProjectFile } from '../domain/configuration.ts'
import type { SyncedFiles } from '../domain/files.ts'
import type { GateRules } from '../domain/gate.ts'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import { type HostProfiles, passedOver, placeOf } from '../domain/placement.ts'
import type { Contract, Draft, Plan } from '../domain/plan.ts'
import type { Repository, Sha } from '../domain/repository.ts'
import type { RolloutRule } from '../domain/rollout.ts'
import { filesSince, withReloaded } from './files-since.ts'
import { planHosts } from './hosts.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import { registryOf } from './reference.ts'
import { planServices, type ServicesRequest } from './services.ts'
import { planSteps } from './steps.ts'
import { wavesOf } from './waves.ts'

/** Everything a plan is made from. Holds values of the environment; the plan made from it does not. */
export interface PlanRequest {
  kind: Plan['kind']
  repository: Repository
  release: string
  /** Of a rollback the generation of the release it goes back to. */
  again?: number
  revision: Sha
  file: ProjectFile
  environment: EnvironmentRule
  /** In which order hosts are switched, and what is started beside what runs there: only what the Compose file permits. */
  rollout: RolloutRule
  model: ComposeModel
  portable: string
  interpolation: Record<string, string>
  values: ReadonlyMap<string, string>
  secrets?: Plan['secrets']
  fromOperator?: Plan['fromOperator']
  secretKeys?: Plan['secretKeys']
  /** Repository files that services name as `env_file`, by path in the project folder. */
  files: ReadonlyMap<string, { source: string; text: string }>
  /** Folders and files of the repository that services mount. */
  synced?: readonly SyncedFiles[]
  /** By service. */
  pins: ReadonlyMap<string, PinnedImage>
  hosts: (Plan['hosts'][number] & { containers: ObservedContainer[] })[]
  /** Names of every host in order, those that are passed over as well; of `hosts` where absent. */
  names?: readonly string[]
  /** Compose profiles of those that are passed over. */
  profiles?: HostProfiles
  /** What is known of the release the hosts run; absent on a first deployment. */
  running?: ServicesRequest['previous']
  /** Why older releases do not fit any more; absent where they do, and of every way back. */
  contract?: Contract
  /** Registries whose credentials the repository may use. */
  registries: readonly string[]
  fingerprint: (text: string) => string
  /** Granted chat channels. */
  notify: readonly string[]
  /** That hold for what comes next. */
  gates: GateRules
}

/** How services without a rule of their own are proved, in seconds. */
const proofWithoutRule = { within: 60, soak: 10 }

/** Freezes what will happen; with a generation it is a plan, and after that nothing is decided any more. */
export function freezePlan(request: PlanRequest): Draft {
  const { environment, file, pins } = request
  const here = request.hosts.map(({ name }) => name)
  const names = request.names ?? here
  const away = names.filter((name) => !here.includes(name)).map((name) => placeOf(name, request.profiles ?? new Map()))
  const { services: compared, removed } = planServices({
    model: request.model,
    pins,
    previous: request.running,
    hosts: request.hosts,
    away,
    verify: environment.verify,
    startFirst: request.rollout.startFirst,
    synced: request.synced,
    proof: proofWithoutRule,
    values: new Map([...request.values, ...Object.entries(request.interpolation)]),
    fingerprint: request.fingerprint,
  })
  const since = filesSince(request.synced, request.running?.files)
  const services = withReloaded(compared, since)
  // Lines that come to one digest today are still found by their lines when this release is brought back.
  const images = [...new Map([...pins.values()].map((image) => [`${image.line} ${pinnedReference(image)} ${image.tag}`, image])).values()]
  const needed = new Set(images.map((image) => registryOf(image.repository)))
  const hosts = planHosts(services, request)
  const waves = wavesOf(names, request.rollout)
  return {
    format: 2,
    kind: request.kind,
    repository: request.repository,
    project: file.project,
    environment: environment.name,
    release: request.release,
    ...(request.again !== undefined && { again: request.again }),
    revision: request.revision,
    images,
    services,
    removed,
    hosts,
    waves,
    ...(request.rollout.onFailure && { onFailure: request.rollout.onFailure }),
    ...(request.rollout.unreachable && { unreachable: request.rollout.unreachable }),
    ...passedOver(away),
    ...(request.kind === 'deploy' && planSteps(environment.before ?? [], { services, hosts, waves }, request.model)),
    ...(request.contract && { contract: request.contract }),
    compose: request.portable,
    override: overrideText(services, request.model),
    interpolation: request.interpolation,
    ...(environment.env !== undefined && { env: environment.env }),
    ...(request.secrets && { secrets: request.secrets }),
    ...(request.secretKeys && { secretKeys: request.secretKeys }),
    envFingerprint: envFingerprint(request.values, request.fingerprint),
    ...(request.fromOperator && request.fromOperator.length > 0 && { fromOperator: request.fromOperator }),
    files: [...request.files].map(([path, { source, text }]) => ({ path, source, fingerprint: request.fingerprint(text) })),
    ...since,
    logins: request.registries.filter((registry) => needed.has(registry)),
    keep: environment.keep,
    notify: [...request.notify],
    ...(request.kind === 'rollback' ? { soak: 'behind' as const } : environment.bake !== undefined && { bake: environment.bake }),
    ...(environment.url !== undefined && { url: environment.url }),
    ...(environment.url !== undefined && environment.verifyUrl && { atUrl: { url: environment.url, ...environment.verifyUrl } }),
    gates: request.gates,
  }
}

/** What the contents of an environment's `.env` are recognised by. Keyed, since values are often easy to guess. */
export const envFingerprint = (values: ReadonlyMap<string, string>, fingerprint: (text: string) => string): string =>
  fingerprint(JSON.stringify([...values]))
