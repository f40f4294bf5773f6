/**
 * Changes each value of a mapping by name. The result has no prototype: looking up `constructor`, which somebody may
 * well type in a comment, finds nothing in it.
 */
export function named<From, To>(mapping: Record<string, From>, change: (value: From, name: string) => To): Record<string, To> {
  const result: Record<string, To> = Object.create(null)
  for (const [name, value] of Object.entries(mapping)) result[name] = change(value, name)
  return result
}
