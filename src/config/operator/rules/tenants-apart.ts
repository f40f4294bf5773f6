import { expandHosts } from '../../../domain/inventory.ts'
import { overlaps } from '../../../domain/name-pattern.ts'
import type { Finding } from '../../finding.ts'
import { named } from '../../named.ts'
import type { Rule } from '../../rule.ts'
import { membersOf } from '../group.ts'
import type { OperatorShape } from '../schema.ts'

interface Tenant {
  pattern: string
  owner: string
  projects: string[]
  hosts: string[]
}

/**
 * On one host a Compose project name belongs to one repository: whoever may use the name there can replace the
 * containers and mount the volumes behind it. Between owners, patterns may not even overlap; within one owner, who may
 * be trusted to share `*`, only names written out in both are refused.
 */
export const tenantsApart: Rule<OperatorShape> = (file) => {
  const groups = named(file.groups, membersOf)
  const tenants = Object.entries(file.repositories).map(([pattern, { projects, environments }]): Tenant => {
    const hosts = expandHosts(groups, Object.values(environments).flat())
    return { pattern, owner: pattern.split('/')[0]?.toLowerCase() ?? '', projects, hosts }
  })
  return tenants.flatMap((tenant, index) => tenants.slice(0, index).flatMap((earlier) => clash(earlier, tenant)))
}

function clash(earlier: Tenant, later: Tenant): Finding[] {
  const host = later.hosts.find((name) => earlier.hosts.includes(name))
  if (host === undefined) return []
  const same = earlier.owner === later.owner ? (one: string, other: string) => one === other && !one.endsWith('*') : overlaps
  return later.projects.flatMap((project, index): Finding[] => {
    const other = earlier.projects.find((candidate) => same(candidate, project))
    if (other === undefined) return []
    return [
      {
        path: ['repositories', later.pattern, 'projects', index],
        what: `"${project}" on host "${host}" may belong to "${earlier.pattern}" too, by its project "${other}"`,
        remedy: 'Give each its own project names, such as `acme-*`, or hosts of its own',
      },
    ]
  })
}
