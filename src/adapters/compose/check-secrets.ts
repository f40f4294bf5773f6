import type { Problem } from '../../domain/problem.ts'
import { parseTemplate } from '../../plan/template.ts'
import { positionOf, type SourceFile } from './yaml.ts'

/** Where a secret is told to nobody but containers. What stands elsewhere is planned with, shown, or asked of others: of registries, names of images. */
const inServices: ReadonlySet<string> = new Set([
  'environment',
  'command',
  'entrypoint',
  'healthcheck',
  'labels',
  'logging',
  'post_start',
  'pre_stop',
])
const inTop: Record<string, ReadonlySet<string>> = {
  configs: new Set(['content']),
  volumes: new Set(['driver_opts']),
  networks: new Set(['driver_opts']),
}

/** Problems told; a file that means it has tens of thousands. */
const mostProblems = 100

type Keys = (string | number)[]

/**
 * A problem for every secret outside the places where it may stand. By its name alone, wherever a value may ask for it: what it is at the
 * moment proves nothing, and whoever can push would find a way to have it tell itself.
 */
export function checkSecrets(files: readonly SourceFile[], secret: ReadonlySet<string>): Problem[] {
  if (secret.size === 0) return []
  const problems: Problem[] = []
  for (const file of files) {
    // What stands behind an alias is the same object each time, and is walked once.
    const walked = new Set<object>()
    const walk = (node: unknown, keys: Keys): void => {
      if (typeof node === 'string') report(namesIn(node), keys)
      if (typeof node !== 'object' || node === null || walked.has(node)) return
      walked.add(node)
      for (const [key, value] of Object.entries(node)) {
        report(namesIn(key), keys)
        const at = [...keys, Array.isArray(node) ? Number(key) : key]
        if (!mayStandAt(at)) walk(value, at)
      }
    }
    const report = (names: string[], keys: Keys): void => {
      for (const name of names.filter((one) => secret.has(one))) {
        if (problems.length >= mostProblems) return
        const what = `the secret ${name} would be seen here by more than the containers`
        const remedy =
          'Use it in `environment`, `command`, `entrypoint`, `healthcheck`, `labels`, `logging` or the `content` of a config, or put the variable into `env`, where it can be read'
        problems.push({ file: file.path, ...positionOf(file, keys), path: keys.join('.'), what, remedy })
      }
    }
    walk(file.document.toJS({ maxAliasCount: -1 }), [])
  }
  return problems
}

/** What is `x-` at the top means nothing by itself: it counts where it is used. */
function mayStandAt([top, , key]: Keys): boolean {
  if (typeof top === 'string' && top.startsWith('x-')) return true
  if (top === undefined || key === undefined) return false
  if (top === 'services') return typeof key === 'string' && (inServices.has(key) || key.startsWith('x-'))
  return Object.hasOwn(inTop, top) && inTop[top]?.has(String(key)) === true
}

/** Names that a text asks for, in defaults and replacements too. */
function namesIn(text: string): string[] {
  if (!text.includes('$')) return []
  return parseTemplate(text).flatMap((part) => (part.kind === 'reference' ? [part.name, ...namesIn(part.operand)] : []))
}
