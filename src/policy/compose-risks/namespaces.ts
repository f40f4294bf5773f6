import type { ComposeRisk } from '../../domain/configuration.ts'
import type { Finding, RiskyService } from './finding.ts'

const hostSpaces = [
  ['network_mode', 'host-network'],
  ['pid', 'host-pid'],
  ['ipc', 'host-ipc'],
  ['uts', 'host-uts'],
  ['userns_mode', 'host-userns'],
  ['cgroup', 'host-cgroup'],
] as const satisfies [keyof RiskyService, ComposeRisk][]

/** Sharing the host's view of itself, or that of a container outside of the project. */
export function namespaces(service: RiskyService, path: string): Finding[] {
  const findings: Finding[] = []
  for (const [key, risk] of hostSpaces) {
    const mode = service[key]
    if (mode === 'host') findings.push({ risk, path: `${path}.${key}`, what: `shares the host's own ${nameOf[key]}` })
    if (mode?.startsWith('container:'))
      findings.push({ risk: 'other-project', path: `${path}.${key}`, what: `joins a container outside of this project (${mode})` })
  }
  if (service.cgroup_parent)
    findings.push({ risk: 'host-cgroup', path: `${path}.cgroup_parent`, what: 'leaves the resource limits Docker sets for it' })
  return findings
}

const nameOf: Record<(typeof hostSpaces)[number][0], string> = {
  network_mode: 'network',
  pid: 'processes',
  ipc: 'shared memory',
  uts: 'host name',
  userns_mode: 'user ids',
  cgroup: 'control groups',
}
