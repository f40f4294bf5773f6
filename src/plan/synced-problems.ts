import { type FilesRule, isWithin, overlap, type SyncedFile, type SyncedMount } from '../domain/files.ts'
import { bindsOf } from './binds.ts'
import type { ComposeModel, ModelService } from './model.ts'

/** Something wrong with an entry of `files`, at one of its keys. */
export interface Found {
  key: 'from' | 'to' | 'service' | 'check'
  what: string
  remedy: string
}

/** Where Landfall puts something else. @param envFiles in the project folder */
export function placeProblems({ to }: FilesRule, envFiles: readonly string[]): Found[] {
  const taken = ['.env', ...envFiles].find((path) => overlap(path, to))
  return taken === undefined
    ? []
    : [{ key: 'to', what: `${taken} of the environment lies there`, remedy: 'Use another folder, and mount that' }]
}

/** What is wrong with who mounts it, and how. */
export function mountProblems(rule: FilesRule, files: readonly SyncedFile[], mounts: readonly SyncedMount[], model: ComposeModel): Found[] {
  const { service } = rule
  const definition = Object.hasOwn(model.services, service) ? model.services[service] : undefined
  if (!definition)
    return [{ key: 'service', what: `the Compose file has no service "${service}"`, remedy: 'Name the one that mounts them' }]
  return [...writers(rule, model), ...notMounted(rule, mounts), ...notThere(rule, files, mounts), ...notApart(rule, definition)]
}

/** A container that writes there could lead Landfall astray, and lose its data to a commit. */
function writers({ to }: FilesRule, model: ComposeModel): Found[] {
  const remedy = 'Mount it there with `:ro`, or use a folder that no service writes to'
  return Object.keys(model.services).flatMap((name) =>
    bindsOf(name, model).flatMap(({ path, readOnly }): Found[] => {
      if (readOnly || !overlap(path, to)) return []
      return [{ key: 'to', what: `"${name}" can write to ${path === '.' ? 'all of ./' : `./${path}`}`, remedy }]
    }),
  )
}

function notMounted({ to, service }: FilesRule, mounts: readonly SyncedMount[]): Found[] {
  if (mounts.length > 0) return []
  const remedy = `Mount it in the Compose file, such as \`./${to}:/etc/${service}:ro\`, or correct \`to\`; a file that goes into a folder is \`to: folder/\``
  return [{ key: 'service', what: `"${service}" does not mount ./${to}`, remedy }]
}

function notThere({ service }: FilesRule, files: readonly SyncedFile[], mounts: readonly SyncedMount[]): Found[] {
  if (files.length === 0) return []
  const remedy = 'Add it, or Docker puts an empty folder in its place'
  return mounts
    .filter(({ path }) => !files.some((file) => isWithin(file.path, path)))
    .map(({ path }) => ({ key: 'from', what: `"${service}" mounts ./${path}, and there is no such file in it`, remedy }))
}

function notApart({ service, check }: FilesRule, { network_mode: mode = '' }: ModelService): Found[] {
  if (!check || !/^(service|container):/.test(mode)) return []
  const what = `"${service}" lives in the network of another container, so nothing is checked beside it`
  return [{ key: 'check', what, remedy: 'Remove `check`' }]
}
