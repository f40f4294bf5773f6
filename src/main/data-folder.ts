import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'

/** Where this Landfall keeps its keys, and its database where it has none elsewhere. */
export function dataFolder(): string {
  const folder = resolve(process.env.LANDFALL_DATA ?? 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
