import type { HostRule, OperatorFile } from '../domain/configuration.ts'
import { expandHosts } from '../domain/inventory.ts'
import { type Reason, type ReasonCode, remedyOf, sentenceOf } from '../domain/reason.ts'
import { readCheck } from '../host/check.ts'
import { check, hello, shellVersion, speaksTo } from '../host/commands.ts'
import { readHello } from '../host/output.ts'
import { registriesFor } from '../policy/registries.ts'
import { ask, type CheckPorts, type HostProblem, tryRegistryFrom } from './check-registry.ts'
import { understood } from './fleet.ts'

/** A host as it is now, seen as Landfall sees it when it deploys. What could not be asked is absent. */
export interface HostReport {
  host: string
  /** Name of the bastion it is reached through. */
  bastion?: string
  reachable: boolean
  shell?: number
  docker?: string
  compose?: string
  platform?: string
  /** MiB free where Docker keeps images. */
  free?: number
  /** Seconds its clock is ahead of Landfall's. */
  clockAhead?: number
  holds: { project: string; environment: string; why: string }[]
  /** How many images that run there each registry showed to it; 0: it let the host log in. */
  registries: { registry: string; works: boolean; images: number }[]
  problems: HostProblem[]
}

/** MiB below which a host has too little room for images, and for releases. */
const leastRoom = { docker: 2048, releases: 256 }
/** Seconds by which a clock may be wrong: certificates and the times in logs go by it, no deployment does. */
const mostOff = 30

/** Looks at hosts side by side, each as Landfall logs in there, and has each try the registries that its projects may use. */
export const checkHosts = (hosts: readonly HostRule[], ports: CheckPorts): Promise<HostReport[]> =>
  Promise.all(hosts.map((host) => checkHost(host, ports)))

async function checkHost(host: HostRule, ports: CheckPorts): Promise<HostReport> {
  const report: HostReport = {
    host: host.name,
    ...(host.bastion && { bastion: host.bastion.name }),
    reachable: false,
    holds: [],
    registries: [],
    problems: [],
  }
  const greeted = understood(await ask(host, hello(), 'hello', ports), host, readHello)
  if (greeted.kind === 'failed') return { ...report, reachable: answered(greeted.reason), problems: [worded(greeted.reason)] }
  const { shell, docker, compose, platform, missing } = greeted.value
  const known = { ...report, reachable: true, shell, docker, compose, platform }
  const tools = missing.map((tool) => ({
    what: `\`${tool}\` is missing there`,
    remedy: 'Install it; `landfall host bootstrap --install` does',
  }))
  if (!speaksTo(shell) || shell < shellVersion) return { ...known, problems: [...tools, oldShell(shell)] }
  const [{ looked, between }, ...registries] = await Promise.all([
    lookCloser(host, ports),
    ...registriesFor(ports.operator, host.name).map((rule) => tryRegistryFrom(host, rule, ports)),
  ])
  const tried = registries.map(({ problem: _, ...one }) => one)
  const problems = [...tools, ...registries.flatMap(({ problem }) => problem ?? [])]
  if (looked.kind === 'failed') return { ...known, registries: tried, problems: [...problems, worded(looked.reason)] }
  const { free, seconds, signers, holds } = looked.value
  const clockAhead = aheadOf(between, seconds)
  return {
    ...known,
    free: free.docker,
    clockAhead,
    holds,
    registries: tried,
    problems: [...wrongWith({ free, clockAhead, ours: signers.includes(keyIn(ports.signingKey)) }), ...problems],
  }
}

const answered = ({ code }: Reason): boolean => code !== 'host-unreachable' && code !== 'host-key-changed'

/** What a host tells of itself, and between which seconds of Landfall's clock it did. */
async function lookCloser(host: HostRule, ports: CheckPorts) {
  const now = () => Math.floor(ports.clock.now().getTime() / 1000)
  const asked = now()
  const looked = understood(await ask(host, check(), 'check', ports), host, readCheck)
  return { looked, between: [asked, now()] as const }
}

/** Seconds by which a clock was ahead for certain, however long its answer took; below 0 it was behind. */
const aheadOf = ([from, to]: readonly [number, number], seconds: number): number =>
  seconds > to ? seconds - to : Math.min(0, seconds - from)

/** Nothing was deployed that could be tried again. */
const remedies: Partial<Record<ReasonCode, string>> = {
  'host-unreachable': 'Check that the machine and its sshd run',
  'host-not-ready': 'Run `landfall host bootstrap` for it',
}

const worded = (reason: Reason): HostProblem => ({ what: sentenceOf(reason), remedy: remedies[reason.code] ?? remedyOf(reason) })

const oldShell = (shell: number): HostProblem => ({
  what: `landfall-shell there has version ${shell}, and this Landfall has ${shellVersion}; the rest was not looked at`,
  remedy: 'Run `landfall host bootstrap` for it',
})

const keyIn = (publicKey: string): string => publicKey.split(' ')[1] ?? publicKey

function wrongWith({
  free,
  clockAhead,
  ours,
}: {
  free: { docker: number; releases: number }
  clockAhead: number
  ours: boolean
}): HostProblem[] {
  const problems: HostProblem[] = []
  if (!ours) {
    const what = 'it believes another signing key than this Landfall has, and refuses everything'
    problems.push({ what, remedy: 'Run `landfall host bootstrap` for it, or name the right data folder in LANDFALL_DATA' })
  }
  for (const [of, least] of Object.entries(leastRoom)) {
    const there = of === 'docker' ? free.docker : free.releases
    const where = of === 'docker' ? "Docker's disk" : 'the disk of its releases'
    if (there < least)
      problems.push({ what: `${there} MiB are free on ${where}`, remedy: `Make room: less than ${least} MiB are too little` })
  }
  if (Math.abs(clockAhead) > mostOff) {
    const what = `its clock is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead of' : 'behind'} Landfall's`
    problems.push({ what, remedy: 'Have one of both set by a time server: certificates and logs go by it' })
  }
  return problems
}

/** Hosts by their names; all where none is named. `unknown` are those that nobody knows. */
export function hostsNamed(operator: OperatorFile, names: readonly string[]): { hosts: HostRule[]; unknown: string[] } {
  const wanted = names.length === 0 ? Object.keys(operator.hosts) : expandHosts(operator.groups, names)
  return {
    hosts: wanted.flatMap((name) => operator.hosts[name] ?? []),
    unknown: [
      ...wanted.filter((name) => !operator.hosts[name]),
      ...names.filter((name) => name.startsWith('@') && !operator.groups[name.slice(1)]),
    ],
  }
}
