import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { parseDocument } from '../document.ts'
import { childOf, endOf, keyOf, type Splice, spliced, startOf } from '../splices.ts'

/** What a Compose file says of one service, as far as taking it over asks. */
export interface WrittenService {
  name: string
  /** As written, before interpolation. */
  image?: string
  built: boolean
  /** Paths of `env_file`, as written. */
  envFiles: string[]
}

/** Services of a Compose file as it is written; none where it cannot be read. */
export function writtenServices(text: string, file: string): WrittenService[] {
  return servicesIn(text, file).map(({ name, node }) => {
    const image = childOf(node, 'image')
    return {
      name,
      ...(isScalar(image) && { image: String(image.value) }),
      built: childOf(node, 'build') !== undefined,
      envFiles: pathsOf(childOf(node, 'env_file')),
    }
  })
}

/**
 * The file with other images for some services, everything else byte for byte as it was.
 *
 * @param images by service; those that name none in this file are left out
 */
export function withImages(text: string, file: string, images: ReadonlyMap<string, string>): string {
  const splices = servicesIn(text, file).flatMap(({ name, node }): Splice[] => {
    const [image, wanted] = [childOf(node, 'image'), images.get(name)]
    return isScalar(image) && wanted !== undefined ? [{ start: startOf(image), end: endOf(image), text: wanted }] : []
  })
  return spliced(text, splices)
}

function servicesIn(text: string, file: string): { name: string; node: YAMLMap }[] {
  const document = parseDocument(text, file)
  const services = document.kind === 'ok' ? childOf(document.document.contents, 'services') : undefined
  if (!isMap(services)) return []
  return services.items.flatMap((pair) => (isMap(pair.value) ? [{ name: keyOf(pair), node: pair.value }] : []))
}

function pathsOf(node: unknown): string[] {
  const items = isSeq(node) ? node.items : [node]
  return items.flatMap((item) => {
    const path = isMap(item) ? childOf(item, 'path') : item
    return isScalar(path) ? [String(path.value)] : []
  })
}
