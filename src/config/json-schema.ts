import { z } from 'zod'
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
  return { title: titles[name], ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) }
}
