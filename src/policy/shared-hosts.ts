import { type OperatorFile, type ProjectFile, projectFilePath } from '../domain/configuration.ts'
import { expandHosts } from '../domain/inventory.ts'
import type { Problem } from '../domain/problem.ts'
import { entryPlace, grantedHosts, grantFor } from './hosts.ts'

/**
 * Two environments of one project may not meet on a host: there is one Compose project of a name there, and they would
 * replace each other's containers. This sees into groups, which the repository's file alone cannot; hosts that are not
 * granted are left to `allowedHosts`, so that nothing is told about them here.
 */
export function sharedHosts(operator: OperatorFile, repository: string, project: ProjectFile): Problem[] {
  const grant = grantFor(operator, repository)
  if (!grant) return []
  const takenBy = new Map<string, string>()
  return Object.values(project.environments).flatMap(({ name: environment, hosts, profiles }) => {
    const granted = grantedHosts(operator, grant, environment)
    return hosts.flatMap((entry, index): Problem[] => {
      const names = expandHosts(operator.groups, [entry]).filter((name) => granted?.has(name))
      const shared = names.find((name) => (takenBy.get(name) ?? environment) !== environment)
      for (const name of names) if (!takenBy.has(name)) takenBy.set(name, environment)
      if (shared === undefined) return []
      return [
        {
          file: projectFilePath,
          path: `environments.${environment}.${entryPlace(hosts, index, profiles !== undefined)}`,
          what: `environment "${takenBy.get(shared)}" runs on host "${shared}" too, and both have the same Compose project name`,
          remedy: 'Give each environment hosts of its own',
        },
      ]
    })
  })
}
