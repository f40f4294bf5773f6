import { isMap, isSeq, type YAMLMap } from 'yaml'
import type { OperatorFile, RepositoryRule } from '../../domain/configuration.ts'
import { parseDocument } from '../document.ts'
import { appended, childOf, endOf, indentOf, type Splice, spliced, startOf } from '../splices.ts'
import type { InventoryEdit } from './inventory-edit.ts'
import { parseOperatorFile } from './understand.ts'

/** That a repository may deploy a project to a host. */
export interface Grant {
  /** `owner/name` */
  repository: string
  project: string
  environment: string
  host: string
  /** Registries whose credentials it may use. */
  registries: readonly string[]
}

/**
 * The file with this grant, everything else byte for byte as it was. What is granted already is not said again.
 *
 * @param suffices whether a file grants all of it
 */
export function withGrant(text: string, file: string, grant: Grant, suffices: (operator: OperatorFile) => boolean): InventoryEdit {
  const before = parseOperatorFile(text, file)
  if (before.kind === 'invalid') return before
  if (suffices(before.value)) return { kind: 'unchanged' }
  const edited = granted(text, file, grant)
  const after = edited === undefined ? undefined : parseOperatorFile(edited, file)
  // A rule that an earlier pattern hides is for people to place: whoever goes by the pattern may lose by it.
  if (edited === undefined || after?.kind !== 'ok') return { kind: 'unsure' }
  return suffices(after.value) && keepsOthers(before.value, after.value, grant) ? { kind: 'edited', text: edited } : { kind: 'unsure' }
}

/** What to write for a grant, for those who keep the file elsewhere. */
export const grantLines = (grant: Grant): string[] => ['repositories:', ...ruleLines(grant)]

const ruleLines = ({ repository, project, environment, host, registries }: Grant): string[] => [
  `  ${repository}:`,
  `    projects: [${project}]`,
  '    environments:',
  `      ${environment}: [${host}]`,
  ...(registries.length > 0 ? [`    registries: [${registries.map((one) => JSON.stringify(one)).join(', ')}]`] : []),
]

function granted(text: string, file: string, grant: Grant): string | undefined {
  const document = parseDocument(text, file)
  if (document.kind === 'invalid' || text.startsWith('\uFEFF')) return undefined
  const repositories = childOf(document.document.contents, 'repositories')
  if (repositories === undefined) return `${text.trimEnd()}\n\n${grantLines(grant).join('\n')}\n`
  if (!isMap(repositories)) return undefined
  if (repositories.flow) {
    if (repositories.items.length > 0) return undefined
    return `${text.slice(0, startOf(repositories)).trimEnd()}\n${ruleLines(grant).join('\n')}${text.slice(endOf(repositories))}`
  }
  const own = childOf(repositories, grant.repository)
  if (own === undefined) return spliced(text, [appended(text, repositories, ruleLines(grant))])
  return isMap(own) ? extended(text, own, grant) : undefined
}

/** What a rule has not yet. */
function extended(text: string, rule: YAMLMap, { project, environment, host }: Grant): string | undefined {
  const environments = childOf(rule, 'environments')
  if (!isMap(environments) || environments.flow) return undefined
  const hosts = childOf(environments, environment)
  const placed =
    hosts === undefined
      ? [appended(text, environments, [`${indentOf(text, environments.items[0]?.key)}${environment}: [${host}]`])]
      : withItem(text, hosts, host)
  return spliced(text, [...withItem(text, childOf(rule, 'projects'), project), ...placed])
}

function withItem(text: string, list: unknown, word: string): Splice[] {
  if (!isSeq(list) || list.items.length === 0 || list.items.some((item) => String(item) === word)) return []
  const at = endOf(list.items.at(-1))
  if (list.flow) return [{ start: at, end: at, text: `, ${word}` }]
  const indent = text.slice(text.lastIndexOf('\n', startOf(list.items[0])) + 1, startOf(list.items[0]))
  return [{ start: at, end: at, text: `\n${indent}${word}` }]
}

/** Nobody else gets or loses anything. */
function keepsOthers(before: OperatorFile, after: OperatorFile, { repository }: Grant): boolean {
  const others = ({ repositories, ...rest }: OperatorFile) =>
    JSON.stringify({ ...rest, repositories: repositories.filter(({ name }: RepositoryRule) => name !== repository) })
  return others(before) === others(after)
}
