import { pinpoint } from '../config/pinpoint.ts'
import { areNone, findEnvironment } from '../config/project-files.ts'
import { type EnvironmentRule, type ProjectFile, projectFilePath, usualComposeFiles } from '../domain/configuration.ts'
import type { SyncedFiles } from '../domain/files.ts'
import type { Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import { problemsReason, reason } from '../domain/reason.ts'
import { fullName, type Repository, type Sha } from '../domain/repository.ts'
import { planImages, type ServiceImage } from '../plan/images.ts'
import { type ComposeModel, readModel } from '../plan/model.ts'
import { syncedFiles } from '../plan/synced.ts'
import { tagVariables } from '../plan/tag-variables.ts'
import { composeRisksIn } from '../policy/compose-risks.ts'
import { redact, secretValues } from '../report/redact.ts'
import { environmentValues, secretsText } from './environment-values.ts'
import { type Ports, type Snapshot, SnapshotRefused } from './ports.ts'
import { failed, rejected, type Step } from './prepared.ts'
import { projectsIn } from './read-projects.ts'
import type { GrantedTarget } from './target.ts'

/** One environment of a repository at one commit, rendered. Holds values of its `.env`: it stays in memory. */
export interface RenderedRelease {
  revision: Sha
  file: ProjectFile
  /** Where the repository keeps it, for messages. */
  path: string
  environment: EnvironmentRule
  snapshot: Snapshot
  /** Its Compose files, relative to the repository's root. */
  composeFiles: string[]
  /** What goes into the environment's `.env`, secrets included. */
  values: Map<string, string>
  /** Names of those of them that are secret. */
  secret: ReadonlySet<string>
  secrets?: Plan['secrets']
  /** Names of the values that the operator's file leads to. */
  fromOperator: readonly string[]
  interpolation: Record<string, string>
  model: ComposeModel
  portable: string
  envFiles: string[]
  synced?: SyncedFiles[]
  images: ServiceImage[]
}

/** How often a value of the operator's is asked for again that cannot be read now, in seconds. */
const secretAgain = 15

/** Of a way back: the secrets that run now, which it keeps. */
export type Back = Pick<Plan, 'secrets'>

/**
 * Reads and renders everything that comes from the deployed commit, and refuses what the operator does not allow.
 *
 * @param back absent for what is no way back
 */
export async function renderRelease(
  repository: Repository,
  revision: Sha,
  environmentName: string,
  { granted, hosts, profiles }: Pick<GrantedTarget, 'granted' | 'hosts' | 'profiles'>,
  ports: Ports,
  back?: Back,
): Promise<Step<RenderedRelease>> {
  const snapshot = await snapshotOf(repository, revision, ports)
  if (snapshot instanceof SnapshotRefused)
    return invalid('configuration-invalid', [{ file: fullName(repository), what: snapshot.message, remedy: 'Keep data elsewhere' }])
  const read = (path: string) => {
    const bytes = snapshot.read(path)
    return bytes && new TextDecoder().decode(bytes)
  }
  const projects = projectsIn(snapshot, repository)
  if (areNone(projects)) return invalid('configuration-invalid', [missing(projectFilePath, 'Add it; docs/configuration.md has an example')])
  const found = findEnvironment(projects, environmentName)
  if (found.kind === 'invalid') return invalid('configuration-invalid', found.problems)
  if (found.kind === 'unknown')
    return rejected(reason('environment-unknown', { environment: environmentName, known: found.known.join(', ') }))
  const { rule: environment, project } = found
  const { path, file } = project

  const secrets = back ? back.secrets : environment.secrets === undefined ? undefined : { path: environment.secrets, revision }
  const values = await environmentValues(
    {
      ...{ kind: back ? 'rollback' : 'deploy', repository, environment: environmentName },
      env: environment.env === undefined ? undefined : { path: environment.env, text: read(environment.env) },
      secrets: secrets && { path: secrets.path, text: await secretsText(repository, secrets, snapshot, ports) },
    },
    ports,
  )
  if (values.kind === 'invalid') return invalid('configuration-invalid', values.problems)
  if (values.kind === 'unavailable')
    return values.passing ? { kind: 'waiting', reason: values.reason, seconds: secretAgain } : failed(values.reason)

  const files = file.compose.length > 0 ? file.compose : usualComposeFiles.filter((path) => snapshot.read(path)).slice(0, 1)
  if (files.length === 0)
    return invalid('compose-invalid', [missing('compose.yml', `Add a Compose file, or name yours under \`compose:\` in ${path}`)])
  const lines = ports.compose.imageLines(snapshot, files)
  if (lines.kind === 'invalid') return invalid('compose-invalid', lines.problems)
  const tags = tagVariables(lines.value, file.images, revision, values.value.all)
  if (tags.kind === 'invalid') return invalid('compose-invalid', tags.problems)

  const rendered = await ports.compose.render({
    snapshot,
    files,
    project: file.project,
    variables: Object.fromEntries(values.value.all),
    // A release that ran already asks nobody for anything: its digests are known.
    ...(!back && { secret: values.value.secret }),
    interpolation: tags.value,
    hosts: hosts.map(({ name }) => ({ name, profiles: profiles.get(name) ?? [] })),
    carried: (environment.files ?? []).map(({ to }) => to),
  })
  // What Compose says of them, and what is mounted, may quote values.
  const hidden = secretValues(values.value.all, values.value.secret)
  const told = (problems: Problem[]) =>
    problems.map((one) => ({ ...one, what: redact(one.what, hidden), ...(one.remedy && { remedy: redact(one.remedy, hidden) }) }))
  if (rendered.kind === 'invalid') return invalid('compose-invalid', told(rendered.problems))
  const model = readModel(rendered.model)
  const { imageLines } = rendered
  const images = planImages({ model, imageLines, lines: lines.value, images: file.images, file: path, revision, profiles })
  if (images.kind === 'invalid') return invalid('compose-invalid', told(images.problems))
  const risks = composeRisksIn(rendered.model, { project: file.project, file: files[0] ?? 'compose.yml', allow: granted.allow })
  if (risks.length > 0) return invalid('not-allowed', told(risks))
  const rules = environment.files ?? []
  const { envFiles } = rendered
  const synced = syncedFiles({ rules, environment: environmentName, file: path, repository: snapshot, model, envFiles })
  if (synced.problems.length > 0) return invalid('configuration-invalid', pinpoint(told(synced.problems), project))

  return {
    kind: 'ok',
    value: {
      revision,
      file,
      path,
      environment,
      snapshot,
      composeFiles: [...files],
      values: values.value.all,
      secret: values.value.secret,
      ...(secrets && { secrets }),
      fromOperator: values.value.fromOperator,
      interpolation: tags.value,
      model,
      portable: rendered.portable,
      envFiles,
      ...(synced.value.length > 0 && { synced: synced.value }),
      images: images.value,
    },
  }
}

async function snapshotOf(repository: Repository, revision: Sha, ports: Pick<Ports, 'github'>): Promise<Snapshot | SnapshotRefused> {
  try {
    return await ports.github.snapshot(repository, revision)
  } catch (error) {
    if (error instanceof SnapshotRefused) return error
    throw error
  }
}

const missing = (file: string, remedy: string): Problem => ({ file, what: 'the repository has no such file at this commit', remedy })

const invalid = (code: 'configuration-invalid' | 'compose-invalid' | 'not-allowed', problems: Problem[]) =>
  rejected(problemsReason(code, problems))
