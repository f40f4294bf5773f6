import type { Finding, Resource, RiskyModel, RiskyService } from './finding.ts'

/** Networks that are the host's own under Docker's names or drivers. */
const hostNetworks = new Set(['host', 'macvlan', 'ipvlan'])

/** Volumes and networks that other projects have or could have: external ones, and names without the project's own prefix. */
export function otherProjects(model: RiskyModel, project: string): Finding[] {
  const volumes = Object.entries(model.volumes ?? {}).flatMap(([key, volume]) => foreign(`volumes.${key}`, volume, key, project))
  const networks = Object.entries(model.networks ?? {}).flatMap(([key, network]): Finding[] => {
    const path = `networks.${key}`
    if (hostNetworks.has(network?.name ?? '') || hostNetworks.has(network?.driver ?? '')) {
      return [{ risk: 'host-network', path, what: "connects to the host's own network" }]
    }
    return foreign(path, network, key, project)
  })
  return [...volumes, ...networks]
}

function foreign(path: string, resource: Resource, key: string, project: string): Finding[] {
  const name = resource?.name ?? `${project}_${key}`
  if (name === project || name.startsWith(`${project}_`)) return []
  return [{ risk: 'other-project', path, what: `uses ${name}, which is not this project's own` }]
}

/** Containers of other projects named directly. */
export function otherContainers(service: RiskyService, path: string): Finding[] {
  const findings: Finding[] = []
  for (const from of service.volumes_from ?? []) {
    if (from.startsWith('container:'))
      findings.push({ risk: 'other-project', path: `${path}.volumes_from`, what: `mounts the volumes of ${from}` })
  }
  for (const link of service.external_links ?? []) {
    findings.push({ risk: 'other-project', path: `${path}.external_links`, what: `is linked to ${link}, which is not this project's own` })
  }
  return findings
}
