import type { OperatorFile } from './configuration.ts'

/** Host names behind host names and `@group`s, each once, in the order written. A group that is not known has none. */
export function expandHosts(groups: OperatorFile['groups'], entries: readonly string[]): string[] {
  const names = entries.flatMap((entry) => {
    if (!entry.startsWith('@')) return [entry]
    const group = entry.slice(1)
    return Object.hasOwn(groups, group) ? (groups[group] ?? []) : []
  })
  return [...new Set(names)]
}
