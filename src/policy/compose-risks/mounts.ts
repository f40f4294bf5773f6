import type { Finding, RiskyModel, RiskyService } from './finding.ts'
import { risksOfPath } from './host-paths.ts'

const what: Record<string, (source: string) => string> = {
  'docker-socket': (source) => `reaches Docker itself through ${source}, and with it everything on the host`,
  'host-path': (source) => `mounts ${source}, which belongs to the host`,
  'other-project': (source) => `mounts ${source}, which lies outside of the project's folder`,
}

/** Paths of the host inside containers. */
export function mounts(service: RiskyService, path: string, project: string): Finding[] {
  const findings: Finding[] = []
  for (const [index, volume] of (service.volumes ?? []).entries()) {
    const at = `${path}.volumes[${index}]`
    if (volume.type === 'bind') findings.push(...ofPath(volume.source ?? '', volume.read_only ?? false, project, at))
    if (volume.type === 'npipe' || volume.type === 'cluster')
      findings.push({ risk: 'host-path', path: at, what: `mounts a ${volume.type} of the host` })
    const propagation = volume.bind?.propagation
    if (propagation?.includes('shared')) findings.push({ risk: 'host-path', path: at, what: 'passes its mounts on to the host' })
  }
  if (service.use_api_socket) findings.push({ risk: 'docker-socket', path: `${path}.use_api_socket`, what: 'is given Docker itself' })
  return findings
}

/** Contents of configs and secrets come from the project's folder, as mounts do. */
export function contents(model: RiskyModel, project: string): Finding[] {
  const kinds = [
    ['configs', model.configs],
    ['secrets', model.secrets],
  ] as const
  return kinds.flatMap(([kind, all]) =>
    Object.entries(all ?? {}).flatMap(([name, content]) =>
      content?.file ? ofPath(content.file, true, project, `${kind}.${name}.file`) : [],
    ),
  )
}

/** A named volume can be a path of the host in disguise: `driver_opts: {o: bind, device: /etc}`. */
export function volumeOptions(model: RiskyModel, project: string): Finding[] {
  return Object.entries(model.volumes ?? {}).flatMap(([name, volume]): Finding[] => {
    const path = `volumes.${name}`
    const { type, device } = volume?.driver_opts ?? {}
    if (volume?.driver && volume.driver !== 'local') {
      return [{ risk: 'volume-driver-options', path: `${path}.driver`, what: `uses the volume driver ${volume.driver}` }]
    }
    if (!volume?.driver_opts || Object.keys(volume.driver_opts).length === 0 || type === 'tmpfs') return []
    const behind = typeof device === 'string' && device.startsWith('/') ? ofPath(device, false, project, `${path}.driver_opts.device`) : []
    return [
      { risk: 'volume-driver-options', path: `${path}.driver_opts`, what: `mounts ${device ?? 'something'} of its own choice` },
      ...behind,
    ]
  })
}

const ofPath = (source: string, readOnly: boolean, project: string, path: string): Finding[] =>
  risksOfPath({ source, readOnly, project }).map((risk) => ({ risk, path, what: what[risk]?.(source) ?? risk }))
