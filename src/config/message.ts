import { z } from 'zod'

/** zod carries one message per issue, Landfall's problems say two things: what is wrong and, on the second line, what to do. */
export const message = (what: string, remedy: string): string => `${what}\n${remedy}`

/** The two parts of a message made here; undefined for zod's own. */
export function messageParts(text: string): { what: string; remedy: string } | undefined {
  const [what, remedy] = text.split('\n')
  return what !== undefined && remedy !== undefined ? { what, remedy } : undefined
}

/** Text of a certain form. The pattern reaches the JSON Schema; the message never repeats the value. */
export const text = (pattern: RegExp, what: string, remedy: string) => z.string().regex(pattern, { error: message(what, remedy) })
