import { jsonSchema, schemaNames } from '../config/json-schema.ts'
import type { Answer } from './answer.ts'

/** `landfall schema project|operator`: prints the JSON Schema of a configuration file. */
export function schema(args: readonly string[]): Answer {
  const [asked] = args
  const name = schemaNames.find((known) => known === asked)
  if (args.length !== 1 || name === undefined) return { text: `Usage: landfall schema ${schemaNames.join('|')}\n`, exitCode: 2 }
  return { text: `${JSON.stringify(jsonSchema(name), null, 2)}\n`, exitCode: 0 }
}
