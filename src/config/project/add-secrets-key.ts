import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, type YAMLMap } from 'yaml'
import { parseDocument } from '../document.ts'
import { childOf, keyOf } from '../splices.ts'
import { parseProjectFile } from './understand.ts'

/**
 * The text of a project's file with `secrets` in one environment, everything else byte for byte as it was. Undefined where that is not
 * sure to mean just this: then people are told the line.
 *
 * @param path of the SOPS file
 */
export function addSecretsKey(text: string, file: string, repositoryName: string, environment: string, path: string): string | undefined {
  const document = parseDocument(text, file)
  if (document.kind === 'invalid' || text.startsWith('\uFEFF')) return undefined
  const written = mappingAt(mappingAt(document.document.contents, 'environments'), environment)
  const anchor = written?.items.find((pair) => ['env', 'branch', 'tag'].includes(keyOf(pair)))
  const [start, end] = [rangeOf(anchor?.key)[0], rangeOf(anchor?.value)[1]]
  if (!written || start === undefined || end === undefined) return undefined
  const line = `secrets: ${/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(path) ? path : JSON.stringify(path)}`
  const indent = text.slice(text.lastIndexOf('\n', start) + 1, start)
  const newline = text.indexOf('\n', end)
  const at = written.flow || newline === -1 ? end : newline
  const added = `${text.slice(0, at)}${written.flow ? `, ${line}` : `\n${indent}${line}`}${text.slice(at)}`
  return meansJustThat(text, added, file, repositoryName, environment, path) ? added : undefined
}

function meansJustThat(before: string, after: string, file: string, repositoryName: string, environment: string, path: string): boolean {
  const [was, is] = [before, after].map((text) => parseProjectFile(text, file, repositoryName))
  if (was?.kind !== 'ok' || is?.kind !== 'ok') return false
  const rule = was.value.environments[environment]
  if (!rule) return false
  // Without prototypes, which is how they are parsed.
  const environments = Object.assign(Object.create(null), was.value.environments, { [environment]: { ...rule, secrets: path } })
  return isDeepStrictEqual(is.value, { ...was.value, environments })
}

function mappingAt(node: unknown, key: string): YAMLMap | undefined {
  const value = childOf(node, key)
  return isMap(value) ? value : undefined
}

const rangeOf = (node: unknown): number[] => (isScalar(node) && node.range ? [...node.range] : [])
