import { z } from 'zod'
import type { Finding, Path } from './finding.ts'
import { findingsOf, valueAt } from './issues.ts'
import type { Tree } from './tree.ts'

/** What the schema makes of a file. */
export interface Checked<T> {
  /** The healthy rest, for the rules; absent where too little is left. Equal to the whole file when nothing was found. */
  value?: T
  findings: Finding[]
}

/**
 * Checks the tree against a schema. Whatever is wrong is cut out and the rest checked again, until the rest is
 * healthy: so the rules can look at it, and people see all problems at once. `standIns` replace what is wrong or
 * missing at the top, where cutting out would leave nothing.
 */
export function check<T>(tree: Tree, schema: z.ZodType<T>, standIns: Record<string, unknown>): Checked<T> {
  const rest = structuredClone(tree.value)
  const first = schema.safeParse(rest)
  if (first.success) return { value: first.data, findings: [] }

  const findings = first.error.issues.flatMap((issue) => findingsOf(issue, tree.value, (path) => keysAt(schema, path)))
  let issues = first.error.issues
  for (;;) {
    if (!isMapping(rest)) return { findings }
    const cut = issues.map((issue) => cutOut(rest, issue))
    for (const [key, value] of Object.entries(standIns)) if (!Object.hasOwn(rest, key)) rest[key] = value
    const again = schema.safeParse(rest)
    if (again.success) return { value: again.data, findings }
    if (!cut.includes(true)) return { findings }
    issues = again.error.issues
  }
}

/** Removes what an issue is about; false where there was nothing to remove. */
function cutOut(rest: Record<string, unknown>, issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => remove(rest, [...issue.path, key])).includes(true)
  }
  // Something missing cannot be removed, so what misses it goes.
  return remove(rest, valueAt(rest, asPath(issue.path)) === undefined ? issue.path.slice(0, -1) : issue.path)
}

/** Removes the innermost mapping entry on the path. An item of a list takes the whole list along: places count from its start. */
function remove(rest: unknown, path: readonly PropertyKey[]): boolean {
  for (let length = path.length - 1; length >= 0; length -= 1) {
    const parent = valueAt(rest, asPath(path.slice(0, length)))
    const key = path[length]
    if (isMapping(parent) && typeof key === 'string') return Object.hasOwn(parent, key) && delete parent[key]
  }
  return false
}

/** The keys a mapping may have by the schema. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  let at = unwrapped(schema)
  for (const segment of path) {
    if (at instanceof z.ZodObject) at = unwrapped(at.shape[segment] ?? z.never())
    else if (at instanceof z.ZodRecord) at = unwrapped(at.valueType)
    else if (at instanceof z.ZodArray) at = unwrapped(at.element)
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap())
  // Of forms that may stand in one place only a mapping has keys.
  if (schema instanceof z.ZodUnion) return schema.options.map(unwrapped).find((option) => option instanceof z.ZodObject) ?? schema
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema
}

const asPath = (path: readonly PropertyKey[]): Path => path.map((segment) => (typeof segment === 'number' ? segment : String(segment)))

const isMapping = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
