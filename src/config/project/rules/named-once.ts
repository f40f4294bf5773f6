import { duplicates } from '../../duplicates.ts'
import { gatesNamedOnce } from '../../gates/named-once.ts'
import type { Rule } from '../../rule.ts'
import { hostEntries } from '../hosts.ts'
import type { ProjectShape } from '../schema.ts'

/** A list names each host, file, channel, pattern, check and person once. */
export const namedOnce: Rule<ProjectShape> = (file) => [
  ...duplicates(['compose'], file.compose ?? []),
  ...duplicates(['notify'], file.notify ?? []),
  ...duplicates(['paths', 'ignore'], file.paths?.ignore ?? []),
  ...duplicates(['paths', 'only'], file.paths?.only ?? []),
  ...Object.entries(file.images ?? {}).flatMap(([name, { paths }]) => duplicates(['images', name, 'paths'], paths ?? [])),
  ...gatesNamedOnce(['defaults'], file.defaults ?? {}),
  ...Object.entries(file.environments).flatMap(([name, environment]) => [
    ...(Array.isArray(environment.hosts) ? duplicates(['environments', name, 'hosts'], environment.hosts) : []),
    ...hostEntries(environment.hosts, ['environments', name, 'hosts']).flatMap(({ path, profiles }) => duplicates(path, profiles)),
    ...gatesNamedOnce(['environments', name], environment),
  ]),
]
