import type { Finding, RiskyService } from './finding.ts'

/** What Docker gives every container; asking for these again asks for nothing. */
const dockersOwn = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
)
/** Kernel settings every container has for itself; the others are the host's. */
const ownSysctl = /^(net\.|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$|fs\.mqueue\.)/

/** Rights over the host's kernel: privileged mode, capabilities, devices, security profiles, kernel settings. */
export function kernel(service: RiskyService, path: string): Finding[] {
  const findings: Finding[] = []
  const add = (risk: Finding['risk'], key: string, what: string) => findings.push({ risk, path: `${path}.${key}`, what })
  if (service.privileged) add('privileged', 'privileged', 'has every right over the host')
  for (const key of ['post_start', 'pre_stop'] as const) {
    for (const [index, hook] of (service[key] ?? []).entries())
      if (hook.privileged) add('privileged', `${key}[${index}]`, 'has every right over the host')
  }
  for (const capability of service.cap_add ?? []) {
    const name = capability.toUpperCase().replace(/^CAP_/, '')
    if (!dockersOwn.has(name)) add('capabilities', 'cap_add', `asks for the capability ${name}`)
  }
  if (service.devices?.length) add('devices', 'devices', "uses the host's devices")
  if (service.device_cgroup_rules?.length) add('devices', 'device_cgroup_rules', "opens the host's devices")
  for (const option of service.security_opt ?? []) {
    if (!/^no-new-privileges([:=]true)?$/.test(option)) add('security-options', 'security_opt', `changes its security profile (${option})`)
  }
  if (service.credential_spec) add('security-options', 'credential_spec', "uses an account of the host's domain")
  for (const name of sysctlNames(service))
    if (!ownSysctl.test(name)) add('sysctls', 'sysctls', `changes the kernel setting ${name} of the host`)
  return findings
}

function sysctlNames({ sysctls }: RiskyService): string[] {
  if (Array.isArray(sysctls)) return sysctls.map((line) => line.split('=')[0] ?? '')
  return Object.keys(sysctls ?? {})
}
