import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { writeDotenv } from '../../config/dotenv.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Compose, RenderRequest, RenderResult, Snapshot } from '../../flow/ports.ts'
import type { Variables } from '../../plan/template.ts'
import type { ComposeBinary } from './binary.ts'
import { checkCarried } from './check-carried.ts'
import { checkEnvFiles } from './check-env-files.ts'
import { checkModel } from './check-model.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkVariables } from './check-variables.ts'
import { complaint } from './complaint.ts'
import { imageLinesOf, lineOfEachService } from './image-lines.ts'
import { placeIn } from './place.ts'
import { HiddenVariables } from './portable.ts'
import { runChild } from './run.ts'
import { type ComposeSource, readSource } from './source.ts'
import { inWorkspace, type Workspace } from './workspace.ts'

/** Renders with a Compose binary and no daemon. What the files ask for is checked before the binary sees them. */
export function createCompose(binary: ComposeBinary): Compose {
  return {
    imageLines(snapshot, files) {
      const { source, problems } = readSource(snapshot, files)
      return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'ok', value: imageLinesOf(source) }
    },
    placeOf: (snapshot, files, keys) => placeIn(readSource(snapshot, files).source, keys),
    render: (request) => render(binary, request),
  }
}

async function render(binary: ComposeBinary, request: RenderRequest): Promise<RenderResult> {
  const variables = variablesOf(request)
  const { source, problems } = readSource(request.snapshot, request.files, variables)
  problems.push(...checkSecrets(source.files, request.secret ?? new Set()))
  problems.push(...checkVariables(source.files, variables), ...checkEnvFiles(source.envFiles, request.snapshot, variables))
  if (problems.length > 0) return { kind: 'invalid', problems }
  return inWorkspace(async (workspace) => {
    const project = await layOut(workspace, request, source)
    const asWritten = request.files.map((path) => `repository/${path}`)
    // Both at once: each takes the better part of the time a rendering takes.
    const [model, portable] = await Promise.all([config(binary, project, asWritten), portableOf(binary, project, variables)])
    if (model.kind === 'invalid') return model
    if (portable.kind === 'invalid') return portable
    const unfaithful = source.standsAlone ? [] : await prove(binary, project, portable.text, model.model)
    const found = [
      ...checkModel(model.model, source, variables, request.hosts),
      ...checkCarried(model.model, source, request.snapshot, variables, request.carried),
      ...unfaithful,
    ]
    if (found.length > 0) return { kind: 'invalid', problems: found }
    return {
      kind: 'rendered',
      portable: portable.text,
      model: model.model,
      envFiles: source.envFiles.map((file) => file.path),
      imageLines: lineOfEachService(source, model.model, variables),
    }
  })
}

const variablesOf = (request: RenderRequest): Variables =>
  new Map(Object.entries({ ...request.variables, ...request.interpolation, COMPOSE_PROJECT_NAME: request.project }))

/** The project as it lies in the workspace. */
interface Project {
  workspace: Workspace
  source: ComposeSource
  name: string
  files: string[]
}

/** Puts there what Compose reads: the YAML files, the env files, the project's `.env` and the values for interpolation. */
async function layOut(workspace: Workspace, request: RenderRequest, source: ComposeSource): Promise<Project> {
  const bytes = (snapshot: Snapshot, path: string) => snapshot.read(path) ?? new Uint8Array()
  const paths = [...source.files.map((file) => file.path), ...source.envFiles.map((file) => file.source)]
  await Promise.all([
    ...paths.map((path) => workspace.write(`repository/${path}`, bytes(request.snapshot, path))),
    workspace.write(posix.join('repository', source.folder, '.env'), writeDotenv(Object.entries(request.variables))),
    workspace.write('values.env', writeDotenv(Object.entries({ ...request.variables, ...request.interpolation }))),
  ])
  return { workspace, source, name: request.project, files: request.files }
}

type Model = { kind: 'model'; model: unknown } | { kind: 'invalid'; problems: Problem[] }

/** Runs `config` over files of the workspace. `*` shows services of every profile: policy judges what could be started. */
async function config(binary: ComposeBinary, project: Project, files: string[], ...flags: string[]): Promise<Model> {
  const { root } = project.workspace
  const folder = posix.join(root, files[0]?.split('/')[0] ?? '', project.source.folder)
  const args = ['--ansi', 'never', '--env-file', `${root}/values.env`, '--project-name', project.name, '--project-directory', folder]
  const chosen = files.flatMap((file) => ['--file', `${root}/${file}`])
  const result = await runChild(
    binary.path,
    [...args, ...chosen, '--profile', '*', 'config', '--no-path-resolution', '--format', 'json', ...flags],
    folder,
  )
  if (result.kind !== 'exited' || result.code !== 0)
    return { kind: 'invalid', problems: [complaint(result, project.source.files, `${root}/repository`)] }
  const model: unknown = JSON.parse(result.stdout)
  // Compose doubles every dollar on output, so that it could read it again; not where variables stand as written.
  return { kind: 'model', model: flags.includes('--no-interpolate') ? model : undoubled(model) }
}

/**
 * The file for the hosts. A single file goes as it is: nothing is more faithful than what people wrote. Several
 * are merged by Compose, their variables hidden meanwhile.
 */
async function portableOf(
  binary: ComposeBinary,
  project: Project,
  variables: Variables,
): Promise<{ kind: 'text'; text: string } | { kind: 'invalid'; problems: Problem[] }> {
  const { source, workspace } = project
  if (source.standsAlone) return { kind: 'text', text: source.files[0]?.text ?? '' }
  const hidden = new HiddenVariables(variables)
  await Promise.all(source.files.map((file) => workspace.write(`hidden/${file.path}`, hidden.hide(file))))
  const merged = await config(
    binary,
    project,
    project.files.map((path) => `hidden/${path}`),
    '--no-interpolate',
    '--no-normalize',
  )
  return merged.kind === 'invalid' ? merged : { kind: 'text', text: hidden.reveal(merged.model) }
}

/** A merged file must mean what its parts mean. Where it does not, nothing is deployed. */
async function prove(binary: ComposeBinary, project: Project, portable: string, model: unknown): Promise<Problem[]> {
  const file = posix.join('repository', project.source.folder, '.landfall-merged.yml')
  await project.workspace.write(file, portable)
  const again = await config(binary, project, [file])
  const equal = again.kind === 'model' && isDeepStrictEqual(comparable(again.model), comparable(model))
  if (equal) return []
  const what = `Compose ${binary.version} cannot merge these files without changing what they mean`
  const remedy = 'Write the values it takes apart in their long form (`type:`, `source:`, `target:`), or use one Compose file'
  return [{ file: project.files[0] ?? '', what, remedy }]
}

/**
 * Without what may differ: `x-` keys at the top mean nothing to Compose and are not merged across includes; and where a variable
 * holds `./data`, a file in `sub` says `sub/data` and the merged one `sub/./data`.
 */
function comparable(model: unknown): unknown {
  if (!isRecord(model)) return model
  return eachString(Object.fromEntries(Object.entries(model).filter(([key]) => !key.startsWith('x-'))), (text, key) =>
    key === 'source' ? text.replaceAll('/./', '/') : text,
  )
}

const undoubled = (model: unknown): unknown => eachString(model, (text) => text.replaceAll('$$', '$'))

/** The same tree with its texts changed, keys of mappings included; `key` is what a text stands under. */
function eachString(node: unknown, change: (text: string, key: string) => string, key = ''): unknown {
  if (typeof node === 'string') return change(node, key)
  if (Array.isArray(node)) return node.map((item) => eachString(item, change, key))
  if (!isRecord(node)) return node
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [change(name, ''), eachString(value, change, name)]))
}

const isRecord = (node: unknown): node is Record<string, unknown> => node !== null && typeof node === 'object' && !Array.isArray(node)
