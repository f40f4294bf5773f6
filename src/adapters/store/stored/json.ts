import type { z } from 'zod'

/** A value as it goes into a text column. It is parsed on the way in too: what could not be read again is not written. */
export const encode = <T>(schema: z.ZodType<T>, value: T): string => JSON.stringify(schema.parse(value))

/** A JSON column as a value of its own, or what the text is where it is no JSON; the row's schema judges it. */
export function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a row holds without its empty columns: the domain has absent fields where the database has nulls. */
export const present = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

/** Reads stored data as T. Throws with the place and all that is wrong. @param what names the record: `deployment 4f1c…` */
export function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const wrong = result.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`).join('; ')
  throw new Error(
    `database: ${what}: it cannot be read: ${wrong}. Another version of Landfall or somebody's hand wrote it: start that version, or restore a backup.`,
    { cause: result.error },
  )
}
