import { duplicates } from '../../duplicates.ts'
import type { Rule } from '../../rule.ts'
import type { ProjectShape } from '../schema.ts'

/** A list names each host, file and channel once. */
export const namedOnce: Rule<ProjectShape> = (file) => [
  ...duplicates(['compose'], file.compose ?? []),
  ...duplicates(['notify'], file.notify ?? []),
  ...Object.entries(file.environments).flatMap(([name, { hosts }]) => duplicates(['environments', name, 'hosts'], hosts)),
]
