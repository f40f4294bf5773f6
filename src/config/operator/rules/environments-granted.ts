import type { Finding, Path } from '../../finding.ts'

/** A finding for every environment of a mapping that the repository may not have: a misspelt name would guard nothing, or give to nobody. */
export function neverCount(path: Path, names: readonly string[], granted: readonly string[]): Finding[] {
  return names.flatMap((name): Finding[] => {
    if (name === '*' || granted.includes(name) || granted.includes('*')) return []
    const what = `this never counts: the repository may not have the environment "${name}"`
    return [{ path: [...path, name], onKey: true, what, remedy: 'Correct the name, or grant the environment in `environments`' }]
  })
}
