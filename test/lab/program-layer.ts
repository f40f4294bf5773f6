import { readFile } from 'node:fs/promises'
import { type Entry, folders, type Layer, layer } from './image-layers.ts'
import { run } from './run.ts'

/**
 * Programs of this machine with the libraries they need, where their loader looks for them: an image of a Debian package without the rest of
 * Debian.
 *
 * @param programs path in the image -> file on this machine
 * @param more whatever else they need: settings, folders
 */
export async function programLayer(programs: Record<string, string>, more: Entry[] = []): Promise<Layer> {
  const files = new Map(Object.entries(programs))
  for (const program of Object.values(programs)) for (const library of await librariesOf(program)) files.set(library, `/${library}`)
  const copied = [...files].map(async ([path, from]): Promise<Entry> => ({ path, content: await readFile(from), mode: 0o755 }))
  return layer([...folders(...parentsOf([...files.keys()])), ...(await Promise.all(copied)), ...more], 1)
}

/** None for a program that holds all it needs. */
const librariesOf = async (program: string): Promise<string[]> =>
  [...(await run(['ldd', program])).stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path.slice(1))

/** Every folder above these, outermost first. */
export function parentsOf(paths: string[]): string[] {
  const parents = new Set<string>()
  for (const path of paths) {
    const words = path.split('/').slice(0, -1)
    for (let depth = 1; depth <= words.length; depth += 1) parents.add(`${words.slice(0, depth).join('/')}/`)
  }
  return [...parents].sort()
}
