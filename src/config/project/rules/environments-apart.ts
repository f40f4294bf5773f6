import type { Finding } from '../../finding.ts'
import type { Rule } from '../../rule.ts'
import { hostEntries } from '../hosts.ts'
import type { ProjectShape } from '../schema.ts'

/**
 * On one host there is one Compose project of a name: two environments there would replace each other's containers.
 * Seen here for hosts and groups named outright; what is inside groups only the operator's file tells (policy/hosts).
 */
export const environmentsApart: Rule<ProjectShape> = (file) => {
  const first = new Map<string, string>()
  return Object.entries(file.environments).flatMap(([name, { hosts }]) =>
    hostEntries(hosts, ['environments', name, 'hosts']).flatMap(({ entry, path }): Finding[] => {
      const other = first.get(entry) ?? name
      first.set(entry, other)
      if (other === name) return []
      return [
        {
          path,
          what: `"${entry}" is already a host of environment "${other}", and both have the same Compose project name`,
          remedy: 'Give each environment hosts of its own',
        },
      ]
    }),
  )
}
