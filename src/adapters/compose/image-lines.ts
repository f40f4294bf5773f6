import { isScalar, type Scalar } from 'yaml'
import { z } from 'zod'
import type { ImageLine } from '../../domain/image.ts'
import { interpolate, type Variables } from '../../plan/template.ts'
import type { ComposeSource } from './source.ts'
import { positionAt, positionOf } from './yaml.ts'

const withServices = z.looseObject({
  services: z.record(z.string(), z.looseObject({ image: z.unknown().optional() }).nullable()).optional(),
})

/** All `image:` lines, those behind YAML merge keys and those that a later file replaces included. */
export function imageLinesOf(source: ComposeSource): ImageLine[] {
  return source.files.flatMap((file) => {
    const parsed = withServices.safeParse(file.document.toJS({ maxAliasCount: -1 }))
    if (!parsed.success) return []
    return Object.entries(parsed.data.services ?? {}).flatMap(([service, body]) => {
      if (typeof body?.image !== 'string') return []
      const node = file.document.getIn(['services', service, 'image'], true)
      const range = isScalar(node) ? (node as Scalar).range : undefined
      const at = range ? positionAt(file, range[0]) : positionOf(file, ['services', service])
      return [{ service, line: body.image, file: file.path, at }]
    })
  })
}

const rendered = z.looseObject({ services: z.record(z.string(), z.looseObject({ image: z.string().optional() })).optional() })

/**
 * The line each service's image comes from. A service may inherit it (`extends`, a later file), so the line is the one whose
 * interpolation is the rendered image, its own lines first.
 */
export function lineOfEachService(source: ComposeSource, model: unknown, variables: Variables): Record<string, string> {
  const lines = imageLinesOf(source)
  const found: Record<string, string> = {}
  for (const [service, { image }] of Object.entries(rendered.parse(model).services ?? {})) {
    if (image === undefined) continue
    const giving = lines.filter(({ line }) => interpolate(line, variables) === image)
    found[service] = (giving.findLast((line) => line.service === service) ?? giving.at(-1))?.line ?? image
  }
  return found
}
