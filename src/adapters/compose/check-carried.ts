import { posix } from 'node:path'
import { z } from 'zod'
import { isWithin } from '../../domain/files.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Snapshot } from '../../flow/ports.ts'
import { interpolate, type Variables } from '../../plan/template.ts'
import type { ComposeSource } from './source.ts'
import { eachText, positionAt, positionOf } from './yaml.ts'

const model = z.looseObject({
  services: z
    .record(z.string(), z.looseObject({ volumes: z.array(z.looseObject({ type: z.string(), source: z.string().optional() })).optional() }))
    .optional(),
  configs: z.record(z.string(), z.looseObject({ file: z.string().optional() })).optional(),
  secrets: z.record(z.string(), z.looseObject({ file: z.string().optional() })).optional(),
})

/**
 * Files of the repository that a service wants to see on the host and nobody declared under `files`: Docker would quietly put an empty
 * folder in their place. A relative path that is not in the repository is people's data and fine.
 *
 * @param carried paths of the project folder that are declared; they are looked at where they are planned
 */
export function checkCarried(
  rendered: unknown,
  source: ComposeSource,
  snapshot: Snapshot,
  variables: Variables,
  carried: readonly string[] = [],
): Problem[] {
  const parsed = model.parse(rendered)
  const paths = snapshot.paths()
  const problems: Problem[] = []
  const check = (kind: string, name: string, written: string | undefined) => {
    if (written === undefined || posix.isAbsolute(written) || written.startsWith('~')) return
    const onHost = posix.normalize(written).replace(/(.)\/$/, '$1')
    if (kind === 'services' && carried.some((path) => isWithin(onHost, path))) return
    const inRepository = posix.normalize(posix.join(source.folder, written)).replace(/\/$/, '')
    if (!holds(paths, inRepository)) return
    const place = locate(source, [kind, name], written, variables)
    const what = `${written} is a file of the repository, and nothing brings it to hosts`
    problems.push({
      ...place,
      path: `${kind}.${name}`,
      what,
      remedy: 'Declare it under `files` of the environment, build it into an image, or write it as `configs:` with `content:`',
    })
  }
  for (const [name, service] of Object.entries(parsed.services ?? {})) {
    for (const volume of service.volumes ?? []) if (volume.type === 'bind') check('services', name, volume.source)
  }
  for (const [name, config] of Object.entries(parsed.configs ?? {})) check('configs', name, config.file)
  for (const [name, secret] of Object.entries(parsed.secrets ?? {})) check('secrets', name, secret.file)
  return problems
}

/** Whether the path is a file of the repository or a folder with more in it than what keeps an empty folder in Git. */
function holds(paths: string[], path: string): boolean {
  const inside = path === '.' ? '' : `${path}/`
  return paths.some((known) => known === path || (known.startsWith(inside) && !/(^|\/)\.git(keep|ignore)$/.test(known)))
}

function locate(
  source: ComposeSource,
  keys: string[],
  written: string,
  variables: Variables,
): { file: string; line?: number; column?: number } {
  for (const file of source.files) {
    let at: number | undefined
    eachText(file, (scalar, path) => {
      if (at !== undefined || !path.startsWith(keys.join('.')) || !scalar.range) return
      const value = interpolate(scalar.value, variables)
      if (value === written || value.startsWith(`${written}:`)) at = scalar.range[0]
    })
    if (at !== undefined) return { file: file.path, ...positionAt(file, at) }
  }
  const holder = source.files.find((file) => file.document.hasIn(keys)) ?? source.files[0]
  return holder ? { file: holder.path, ...positionOf(holder, keys) } : { file: '' }
}
