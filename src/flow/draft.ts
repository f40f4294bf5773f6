import { posix } from 'node:path'
import type { GateRules } from '../domain/gate.ts'
import type { PinnedImage } from '../domain/image.ts'
import type { Contract, Draft, Plan } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { shortSha } from '../domain/repository.ts'
import type { RolloutRule } from '../domain/rollout.ts'
import { freezePlan } from '../plan/freeze.ts'
import { platformMissing, shellMissing } from './hosts-fit.ts'
import { plannedHosts, type SeenHost } from './hosts-state.ts'
import { stepsRefused } from './permitted-steps.ts'
import { rejected, type Step } from './prepared.ts'
import type { RenderedRelease } from './render-release.ts'
import type { Run } from './run.ts'
import type { Running } from './running.ts'
import { fingerprinted, secretKeysOf, variableFingerprints } from './secret-keys.ts'
import { permittedRollout } from './starts-first.ts'
import type { GrantedTarget } from './target.ts'

/** Everything that a draft is made from. */
export interface DraftFacts extends Pick<Plan, 'kind' | 'release' | 'again'> {
  /** That hold for what comes next. */
  gates: GateRules
  rollout: RolloutRule
  /** Why nothing older fits any more. */
  contract?: Contract | undefined
  rendered: RenderedRelease
  pinned: PinnedImage[]
  seen: SeenHost[]
  running: Running | undefined
}

/** The last checks over all facts together, then everything that would happen, frozen. */
export function draftOf(
  { kind, release, again, rendered, pinned, seen, running, gates, rollout, contract }: DraftFacts,
  { granted, hosts, project, profiles }: GrantedTarget,
  { deployment, ports, notify }: Pick<Run, 'deployment' | 'ports' | 'notify'>,
): Step<Draft> {
  // Hosts were granted and looked at for the project as the head of the branch calls it.
  if (rendered.file.project !== project) return rejected(projectDiffers(rendered, project))
  const permitted = permittedRollout(kind, rollout, rendered, profiles, ports.compose)
  if (permitted.kind !== 'ok') return permitted
  const refused = kind === 'deploy' ? stepsRefused(rendered, seen, profiles) : undefined
  if (refused) return refused
  const pins = new Map<string, PinnedImage>()
  for (const { service, line, repository: name, tag } of rendered.images) {
    const image = pinned.find((candidate) => candidate.line === line && candidate.repository === name && candidate.tag === tag)
    if (!image) throw new Error(`no image was resolved for service ${service}`)
    pins.set(service, image)
  }
  const unfit = platformMissing(pins, rendered.model, profiles, seen)
  if (unfit) return unfit
  const draft = freezePlan({
    kind,
    release,
    ...(again !== undefined && { again }),
    repository: deployment.repository,
    revision: rendered.revision,
    file: rendered.file,
    environment: rendered.environment,
    rollout: permitted.value,
    model: rendered.model,
    portable: rendered.portable,
    interpolation: rendered.interpolation,
    values: rendered.values,
    ...(rendered.secrets && { secrets: rendered.secrets }),
    fromOperator: fingerprinted(rendered.fromOperator, rendered.values, variableFingerprints(deployment, ports)),
    secretKeys: secretKeysOf(
      { all: rendered.values, secret: rendered.secret },
      { ...deployment, within: rendered.environment.secretsAge },
      ports,
    ),
    files: envFilesOf(rendered),
    ...(rendered.synced && { synced: rendered.synced }),
    pins,
    hosts: plannedHosts(seen, profiles),
    names: hosts.map(({ name }) => name),
    profiles,
    running,
    ...(contract && { contract }),
    registries: granted.registries,
    fingerprint: ports.signer.fingerprint,
    notify,
    gates,
  })
  return shellMissing(draft, seen) ?? { kind: 'ok', value: draft }
}

const projectDiffers = ({ revision, file }: RenderedRelease, project: string): Reason =>
  reason('project-differs', { commit: shortSha(revision), theirs: file.project, project })

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
