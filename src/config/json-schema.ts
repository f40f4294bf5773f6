import { z } from 'zod'
import { notYet } from './not-yet.ts'
import { operatorSchema } from './operator/schema.ts'
import { projectSchema } from './project/schema.ts'

/** The files there are schemas for, by the name people ask for them. */
export const schemaNames = ['project', 'operator'] as const
export type SchemaName = (typeof schemaNames)[number]

const titles = { project: 'Landfall: .github/landfall.yml', operator: 'Landfall: operator.yml' }

/** The JSON Schema editors check and complete a file with. It says what zod can say; the rules say the rest. */
export function jsonSchema(name: SchemaName): Record<string, unknown> {
  const schema = name === 'project' ? projectSchema : operatorSchema
  // Draft 7 is what the YAML plug-ins of editors speak best.
  const made = { title: titles[name], ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) }
  for (const key of notYet[name]) markRefused(made, key.split('.'))
  return made
}

/** Says at a key that is not carried out yet what the parser would say, before anybody relies on it. */
function markRefused(schema: Record<string, unknown>, path: readonly string[]): void {
  let found: unknown = schema
  for (const segment of path) found = segment === '*' ? below(found, 'additionalProperties') : below(below(found, 'properties'), segment)
  if (isMapping(found)) found.description = `Refused: this version of Landfall does not carry it out yet. ${found.description}`
}

const below = (schema: unknown, key: string): unknown => (isMapping(schema) ? schema[key] : undefined)

const isMapping = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
