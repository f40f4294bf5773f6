import { z } from 'zod'
import type { VerifyRule } from '../../../domain/configuration.ts'
import type { SyncedFile, SyncedFiles, SyncedMount } from '../../../domain/files.ts'
import type { ImagePlatform, PinnedImage } from '../../../domain/image.ts'
import type {
  Beside,
  Contract,
  Draft,
  OperatorVariable,
  Plan,
  PlannedFile,
  PlannedHost,
  PlannedService,
  PlannedStep,
  Proposal,
  UrlCheck,
} from '../../../domain/plan.ts'
import type { RolloutProgress, StartFirstRule, Wave } from '../../../domain/rollout.ts'
import { storedGates, storedPassedGate } from './gate.ts'
import { storedRepository } from './repository.ts'
import { storedSecretKeys } from './secret-age.ts'
import { count, digest, instant, name, type Shape, sha, text } from './shape.ts'

const seconds = z.number().nonnegative()

const platform = z.strictObject({ platform: name, manifest: digest, config: digest } satisfies Shape<ImagePlatform>)

const image = z.strictObject({
  repository: name,
  tag: z.string(),
  digest,
  platforms: z.array(platform),
  line: z.string(),
  revision: sha.exactOptional(),
} satisfies Shape<PinnedImage>)

const pointed = z.strictObject({ path: z.string(), pointer: z.string().exactOptional() })

const verify = z.strictObject({
  port: z.int().min(1).max(65_535).exactOptional(),
  health: z.string().exactOptional(),
  version: pointed.exactOptional(),
  dependencies: pointed.exactOptional(),
  smoke: z.array(z.string()),
  command: z.array(z.string()).exactOptional(),
  within: seconds,
  soak: seconds,
} satisfies Shape<VerifyRule>)

const urlCheck = z.strictObject({
  url: z.string(),
  health: z.string().exactOptional(),
  version: pointed.exactOptional(),
  smoke: z.array(z.string()),
  within: seconds,
} satisfies Shape<UrlCheck>)

const service = z.strictObject({
  name,
  // Empty for a service that runs nowhere.
  image: text,
  change: z.enum(['created', 'recreated', 'untouched']),
  because: z.array(z.string()),
  fingerprint: z.string(),
  replicas: count,
  hosts: z.array(name).exactOptional(),
  oneShot: z.boolean(),
  verify: verify.exactOptional(),
  dockerHealth: z.literal(true).exactOptional(),
  within: seconds,
  soak: seconds,
  version: sha.exactOptional(),
  files: z.string().exactOptional(),
  reloaded: z.literal(true).exactOptional(),
  aliases: z.array(name).exactOptional(),
  networks: z.array(name).exactOptional(),
  announced: z.array(name).exactOptional(),
  binds: z.array(name).exactOptional(),
  startFirst: z
    .strictObject({
      drain: seconds,
      hook: z.strictObject({ run: z.array(z.string()), within: seconds }).exactOptional(),
    } satisfies Shape<StartFirstRule>)
    .exactOptional(),
  beside: z
    .strictObject({ after: z.array(z.strictObject({ service: name, is: z.enum(['completed', 'healthy']) })) } satisfies Shape<Beside>)
    .exactOptional(),
} satisfies Shape<PlannedService>)

const step = z.strictObject({
  service: name,
  host: name,
  run: z.array(z.string()),
  within: seconds,
  needs: z.array(z.strictObject({ service: name, is: z.enum(['started', 'healthy', 'completed']) })),
} satisfies Shape<PlannedStep>)

const host = z.strictObject({
  name,
  platform: name,
  previous: z.strictObject({ generation: count, revision: sha }).exactOptional(),
  profiles: z.array(name).exactOptional(),
  creates: z.array(name).exactOptional(),
  removes: z.array(name).exactOptional(),
  override: z.string().exactOptional(),
} satisfies Shape<PlannedHost>)

const file = z.strictObject({ path: name, source: name, fingerprint: z.string() } satisfies Shape<PlannedFile>)

const syncedFile = z.strictObject({
  path: name,
  source: name,
  sha256: z.string(),
  change: z.enum(['added', 'changed']).exactOptional(),
} satisfies Shape<SyncedFile>)

const words = z.array(z.string())

const synced = z.strictObject({
  from: name,
  to: name,
  service: name,
  files: z.array(syncedFile),
  mounts: z.array(z.strictObject({ path: name, target: name } satisfies Shape<SyncedMount>)),
  check: words.exactOptional(),
  reload: words.exactOptional(),
  within: seconds,
} satisfies Shape<SyncedFiles>)

/** In the first format a wave was the names of its hosts, and the next began as soon as they were proved. */
const wave: z.ZodType<Wave> = z.union([
  z.strictObject({
    hosts: z.array(name),
    pause: seconds,
    approve: z.strictObject({ within: seconds }).exactOptional(),
  } satisfies Shape<Wave>),
  z.array(name).transform((hosts) => ({ hosts, pause: 0 })),
])

export const storedContract = z.strictObject({
  because: z.array(z.string()),
  files: z.array(z.string()).exactOptional(),
} satisfies Shape<Contract>)

const plan = z.strictObject({
  format: z.literal([1, 2]),
  kind: z.enum(['deploy', 'rollback']),
  repository: storedRepository,
  project: name,
  environment: name,
  generation: z.int().positive(),
  release: name,
  again: z.int().positive().exactOptional(),
  revision: sha,
  images: z.array(image),
  services: z.array(service),
  removed: z.array(name),
  hosts: z.array(host),
  waves: z.array(wave),
  onFailure: z.literal('keep').exactOptional(),
  unreachable: z.literal('skip').exactOptional(),
  away: z.array(name).exactOptional(),
  awayProfiles: z.record(name, z.array(name)).exactOptional(),
  late: z.array(name).exactOptional(),
  before: z.array(step).exactOptional(),
  contract: storedContract.exactOptional(),
  compose: z.string(),
  override: z.string(),
  interpolation: z.record(z.string(), z.string()),
  env: z.string().exactOptional(),
  secrets: z.strictObject({ path: z.string(), revision: sha }).exactOptional(),
  secretKeys: storedSecretKeys.exactOptional(),
  envFingerprint: z.string(),
  fromOperator: z.array(z.strictObject({ name, fingerprint: z.string() } satisfies Shape<OperatorVariable>)).exactOptional(),
  files: z.array(file),
  synced: z.array(synced).exactOptional(),
  gone: z.array(name).exactOptional(),
  kept: z.int().positive().exactOptional(),
  logins: z.array(name),
  keep: count,
  notify: z.array(name),
  soak: z.literal('behind').exactOptional(),
  bake: seconds.exactOptional(),
  url: z.string().exactOptional(),
  atUrl: urlCheck.exactOptional(),
  gates: storedGates.exactOptional(),
  passed: z.array(storedPassedGate).exactOptional(),
} satisfies Shape<Plan>)

/** Plans of both formats. A plan is executed as it is or not at all: an unknown field or another format is refused. */
export const storedPlan: z.ZodType<Plan> = plan

export const storedDraft: z.ZodType<Draft> = plan.omit({ generation: true, passed: true })

export const storedProposal: z.ZodType<Proposal> = z.strictObject({
  draft: storedDraft,
  content: name,
  since: instant,
} satisfies Shape<Proposal>)

export const storedProgress: z.ZodType<RolloutProgress> = z.strictObject({
  wave: count,
  until: instant.exactOptional(),
  kept: z.array(name).exactOptional(),
  asked: z.strictObject({ content: name, since: instant, until: instant }).exactOptional(),
} satisfies Shape<RolloutProgress>)
