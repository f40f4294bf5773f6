import type { Snapshot } from '../../../src/flow/ports.ts'

/** A repository of text files. */
export function repository(files: Record<string, string>): Snapshot {
  return {
    revision: 'c'.repeat(40),
    paths: () => Object.keys(files),
    read: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
  }
}
