import { z } from 'zod'
import { limited } from './limited.ts'

/** What Debian and Ubuntu call what Landfall needs; which of the Composes there is depends on the release. */
const composePackages = ['docker-compose-v2', 'docker-compose-plugin', 'docker-compose']
const packagesAsked = ['docker.io', 'docker-cli', ...composePackages]

/**
 * Looks at a machine without changing it, as a script for `sh -s`: one line of words for each thing found.
 * Read with `readFindings`.
 */
export const checkScript = `
${limited}
for tool in docker flock timeout tar base64 sha256sum ssh-keygen; do
  command -v "$tool" >/dev/null || echo "missing $tool"
done
command -v curl >/dev/null || { command -v wget >/dev/null && wget --version 2>/dev/null | grep -q '^GNU'; } || echo 'missing curl'
getent group docker >/dev/null 2>&1 || grep -q '^docker:' /etc/group || echo 'missing group-docker'
if command -v docker >/dev/null; then
  limited 20 docker version --format 'engine {{.Server.Version}}' 2>/dev/null || echo 'missing engine'
  echo "compose $(limited 20 docker compose version --short 2>/dev/null)"
fi
if command -v apt-get >/dev/null && [ -r /etc/os-release ]; then
  (. /etc/os-release && echo "system $ID \${VERSION_ID:-} \${VERSION_CODENAME:-}")
  LC_ALL=C apt-cache policy ${packagesAsked.join(' ')} 2>/dev/null | while read -r word value; do
    case $word in
      Installed:) ;;
      Candidate:) [ "$value" = '(none)' ] || echo "offers $package $value" ;;
      *:) package=\${word%:} ;;
    esac
  done
fi
`

/** A machine as `checkScript` found it. */
export interface MachineFound {
  /** Tools, `engine` for one that does not answer, `group-docker`. */
  missing: string[]
  /** Version of Compose; empty where there is none, or no Docker. */
  compose: string
  /** Where there is apt: `debian`, `12`, `bookworm`. */
  system?: { id: string; version: string; codename: string }
  /** Versions of packages that its package lists have. */
  offers: Map<string, string>
}

export function readFindings(stdout: string): MachineFound {
  const found: MachineFound = { missing: [], compose: '', offers: new Map() }
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [word, first, second = '', third = ''] = finding.parse(line.split(' '))
    if (word === 'missing') found.missing.push(first)
    if (word === 'compose') found.compose = first
    if (word === 'system') found.system = { id: first, version: second, codename: third }
    if (word === 'offers') found.offers.set(first, second)
  }
  return found
}

const finding = z.tuple([z.enum(['missing', 'engine', 'compose', 'system', 'offers']), z.string()], z.string())

/** What keeps Landfall from working on a machine, each with its remedy. */
export function problemsOf({ missing, compose }: MachineFound): string[] {
  const others = missing.map((name) => remedies[name] ?? `\`${name}\` is not installed. Install it with the system's package manager`)
  return [...others, ...(missing.includes('docker') ? [] : composeProblem(compose))]
}

const remedies: Record<string, string> = {
  docker: 'Docker is not installed. Install Docker Engine with the Compose plugin: https://docs.docker.com/engine/install/',
  engine: 'the Docker engine does not answer. Start it: systemctl enable --now docker',
  'group-docker': 'there is no group `docker`. Create it and restart Docker, or install Docker from its own packages',
  curl: 'neither curl nor GNU wget is installed. Install curl',
  'ssh-keygen': '`ssh-keygen` is not installed. Install the package openssh-client',
  flock: '`flock` is not installed. Install the package util-linux',
}

/** `build: !reset null` in an override, without which an image would be built on the host, came with 2.24. */
const oldestCompose = [2, 24] as const

function composeProblem(version: string): string[] {
  if (version === '') return ['Docker Compose v2 is not installed. Install the package docker-compose-plugin']
  return isNewEnough(version) ? [] : [`Docker Compose ${version} is too old. Upgrade it to ${oldestCompose.join('.')} or later`]
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = (version.match(/\d+/g) ?? []).map(Number)
  return major > oldestCompose[0] || (major === oldestCompose[0] && minor >= oldestCompose[1])
}

/** How what is missing comes from the system's own packages. */
export type Packages =
  | { kind: 'packages'; names: string[] }
  /** They do not have it, or it is not missing but wrong. `commands` are what somebody may run instead. */
  | { kind: 'none'; why: string; commands: string[] }

/** What to install on a machine with problems. What is installed is never replaced, so that an old Compose is left to people. */
export function packagesFor({ missing, compose, system, offers }: MachineFound): Packages {
  if (!system) return { kind: 'none', why: 'Only Debian and Ubuntu can be installed on from here', commands: [] }
  const tools = missing.flatMap((name) => packageOf[name] ?? [])
  const noDocker = missing.includes('docker')
  const docker = noDocker ? ['docker.io', ...(offers.has('docker-cli') ? ['docker-cli'] : [])] : []
  if (!noDocker && compose !== '' && !isNewEnough(compose)) return { kind: 'none', why: 'What is installed is not replaced', commands: [] }
  if (!noDocker && missing.some((name) => name === 'engine' || name === 'group-docker'))
    return { kind: 'none', why: 'Docker is installed, and what is installed is left as it is', commands: [] }
  if (compose !== '') return { kind: 'packages', names: [...new Set(tools)] }
  const plugin = composePackages.find((name) => isNewEnough(withoutEpoch(offers.get(name) ?? '0')))
  if (plugin === undefined) {
    const why = `${system.id} ${system.version} has no package of Docker Compose ${oldestCompose.join('.')} or later, as far as its package lists say`
    return { kind: 'none', why, commands: dockersOwn(system) }
  }
  return { kind: 'packages', names: [...new Set([...docker, plugin, ...tools])] }
}

const packageOf: Record<string, string[]> = {
  flock: ['util-linux'],
  timeout: ['coreutils'],
  base64: ['coreutils'],
  tar: ['tar'],
  'ssh-keygen': ['openssh-client'],
  curl: ['curl', 'ca-certificates'],
}

const withoutEpoch = (version: string): string => version.replace(/^\d+:/, '')

/** Docker from its makers' repository, for systems that have none or too old a one. */
const dockersOwn = ({ id, codename }: { id: string; codename: string }): string[] => [
  'apt-get update && apt-get install -y ca-certificates curl',
  `curl -fsSL https://download.docker.com/linux/${id}/gpg --create-dirs -o /etc/apt/keyrings/docker.asc`,
  `echo "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/${id} ${codename} stable" >/etc/apt/sources.list.d/docker.list`,
  'apt-get update && apt-get install -y docker-ce docker-ce-cli containerd.io docker-compose-plugin',
]

/** Another apt-get that is at work is waited for, five minutes at most: a machine that was just started upgrades itself. */
const aptGet = 'apt-get -q -o DPkg::Lock::Timeout=300'

/** Has the machine read its package lists anew. */
export const refreshScript = `${aptGet} update >&2\n`

/** Installs packages beside what is there: nothing is removed, and what is installed keeps its version. */
export const packagesScript = (names: readonly string[]): string =>
  `DEBIAN_FRONTEND=noninteractive ${aptGet} install -y --no-install-recommends --no-remove --no-upgrade ${names.join(' ')} </dev/null >&2\n`
