import type { ImageRule } from '../domain/configuration.ts'
import type { ImageLine } from '../domain/image.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import type { Sha } from '../domain/repository.ts'
import { tagOf } from './images.ts'
import { sameRepository } from './reference.ts'
import { interpolate, parseTemplate, type Reference, type Variables } from './template.ts'

/**
 * Which variables stand where the tag of a built image belongs, and what they must be: `ghcr.io/acme/shop:${TAG}`
 * gives `{TAG: "<sha>"}`. Read from the lines as written, since rendering needs the values. A fixed text around the variable
 * (`v${TAG}`) is taken off the rule's tag.
 */
export function tagVariables(
  lines: ImageLine[],
  images: Record<string, ImageRule>,
  revision: Sha,
  variables: Variables,
): Parsed<Record<string, string>> {
  const values = new Map<string, { value: string; from: ImageLine }>()
  const problems: Problem[] = []
  for (const line of lines) {
    const variable = variableOf(line, Object.values(images), revision, variables)
    if (!variable) continue
    const known = values.get(variable.name)
    if (known && known.value !== variable.value) {
      const what = `${variable.name} is to be ${variable.value} here and ${known.value} in service ${known.from.service}`
      const path = `services.${line.service}.image`
      problems.push({ file: line.file, ...line.at, path, what, remedy: 'Use a variable of its own for each image whose tags differ' })
    }
    values.set(variable.name, known ?? { value: variable.value, from: line })
  }
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'ok', value: Object.fromEntries([...values].map(([name, { value }]) => [name, value])) }
}

function variableOf(line: ImageLine, rules: ImageRule[], revision: Sha, variables: Variables): { name: string; value: string } | undefined {
  const { repository, tag } = splitWritten(line.line)
  const name = interpolate(repository, variables)
  const rule = rules.find((candidate) => sameRepository(candidate.repository, name))
  if (!rule || tag === undefined) return undefined
  const parts = parseTemplate(tag)
  const references = parts.filter((part): part is Reference => part.kind === 'reference')
  const [reference] = references
  if (!reference || references.length > 1 || reference.operator.endsWith('+')) return undefined
  const prefix = tag.slice(0, reference.at)
  const suffix = tag.slice(reference.at + reference.text.length)
  const value = tagOf(rule, revision)
  if (!value.startsWith(prefix) || !value.endsWith(suffix) || value.length <= prefix.length + suffix.length) return undefined
  return { name: reference.name, value: value.slice(prefix.length, value.length - suffix.length) }
}

/** At the colon before the tag: the first after the last slash, outside of any variable. */
function splitWritten(line: string): { repository: string; tag?: string } {
  let before = 0
  let colon = -1
  for (const part of parseTemplate(line)) {
    if (part.kind === 'text') {
      const slash = part.text.lastIndexOf('/')
      if (slash !== -1) colon = -1
      const found = part.text.indexOf(':', slash + 1)
      if (colon === -1 && found !== -1) colon = before + found
    }
    // `$$` is one character of text for two written ones; neither occurs in an image's name.
    before += part.text.length
  }
  return colon === -1 ? { repository: line } : { repository: line.slice(0, colon), tag: line.slice(colon + 1) }
}
