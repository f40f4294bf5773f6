import type { ComposeSource } from './source.ts'
import { positionOf } from './yaml.ts'

/** Where a node is written, or the nearest one above it; of files that both have it the last, which counts for Compose. */
export function placeIn({ files }: ComposeSource, keys: readonly string[]): { file: string; line?: number; column?: number } {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const holder = files.findLast((file) => file.document.hasIn(keys.slice(0, depth)))
    if (holder) return { file: holder.path, ...positionOf(holder, keys) }
  }
  return { file: files[0]?.path ?? '' }
}
