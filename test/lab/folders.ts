import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Where downloaded parts survive between runs: `$LANDFALL_LAB_CACHE`, or `.lab/` in the project. */
export async function cacheFolder(): Promise<string> {
  const folder = process.env.LANDFALL_LAB_CACHE ?? join(import.meta.dirname, '../../.lab')
  await mkdir(folder, { recursive: true })
  return folder
}
