import type { HostRule } from '../domain/configuration.ts'
import type { Secret } from '../domain/secret.ts'
import { checkScript, packagesFor, packagesScript, problemsOf, readFindings, refreshScript } from '../host/bootstrap-check.ts'
import { type Installation, installScript } from '../host/bootstrap-script.ts'
import { hello, speaksTo } from '../host/commands.ts'
import { readHello } from '../host/output.ts'
import type { Hosts } from './ports.ts'

/** By what an administrator proves who they are: a key file's text, a running agent's socket, or a password. */
export type AdminProof = { privateKey: Secret; passphrase?: Secret } | { agent: string } | { password: Secret }

/** An administrator's login to a machine, used once. */
export interface AdminSession {
  /** Public key the machine showed: `ssh-ed25519 AAAA…`. */
  hostKey: string
  /**
   * Runs a script as root: through sudo where the login is another account. One that has not ended in time is given up, with the exit code
   * `gaveUp`; where the connection ends before it does, that is `lost`.
   *
   * @param seconds how long it may take; a minute or two where absent
   */
  run(script: string, seconds?: number): Promise<{ code: number; stdout: string; stderr: string }>
  close(): void
}

/** As `timeout` and `ssh` have it. */
export const gaveUp = 124
export const lost = 255

export type AdminLogin =
  | { kind: 'connected'; session: AdminSession }
  /** No key was pinned, or another one; nobody logged in. */
  | { kind: 'wrong-key'; shown: string; line: string }
  /** The machine does not let the administrator in by what was shown. */
  | { kind: 'refused'; detail: string }
  | { kind: 'unreachable'; detail: string }

/** Whom to bootstrap, and as what it is known from then on. */
export interface BootstrapRequest {
  /** Without a pinned host key the first attempt only tells the key. */
  host: Omit<HostRule, 'hostKey'> & { hostKey?: string | undefined }
  /** Account of the administrator. */
  admin: string
  /** Whether packages of the system are installed where something is missing. */
  install: boolean
  installation: Installation
}

export interface BootstrapPorts {
  login(request: BootstrapRequest): Promise<AdminLogin>
  hosts: Hosts
  /** Says what takes long before it begins. */
  say(line: string): void
}

export type BootstrapOutcome =
  | { kind: 'ready'; host: HostRule; docker: string; compose: string; platform: string }
  | { kind: 'host-key-unknown'; shown: string; line: string }
  /** Everything that keeps the machine from being a host, each with its remedy. Nothing of Landfall was put there. */
  | { kind: 'not-ready'; problems: string[]; advice: string[] }
  | { kind: 'refused'; detail: string }
  | { kind: 'failed'; detail: string }

/** In seconds: package lists over a slow line, and packages with their own start of Docker. Each waits for another apt-get, too. */
const refreshing = 600
const installing = 1_800

/**
 * Makes a machine a host of this Landfall: looks, installs, then logs in with Landfall's own key and asks it for its
 * versions, so that "ready" is seen and not assumed. Safe to repeat.
 */
export async function bootstrap(request: BootstrapRequest, ports: BootstrapPorts): Promise<BootstrapOutcome> {
  const login = await ports.login(request)
  if (login.kind === 'wrong-key') return { kind: 'host-key-unknown', shown: login.shown, line: login.line }
  if (login.kind === 'refused') return login
  if (login.kind === 'unreachable') return { kind: 'failed', detail: login.detail }
  const { session } = login
  try {
    const lacking = await makeReady(request, session, ports)
    if (lacking) return lacking
    const installed = await session.run(installScript(request.installation))
    if (installed.code !== 0) return { kind: 'failed', detail: `the installation stopped: ${installed.stderr.trim()}` }
    return await greet(request, session.hostKey, ports)
  } finally {
    session.close()
  }
}

/** Looks for what a host needs, and installs what is missing where that is wanted; undefined once nothing is missing. */
async function makeReady(
  { admin, install }: BootstrapRequest,
  session: AdminSession,
  { say }: BootstrapPorts,
): Promise<BootstrapOutcome | undefined> {
  const look = async () => {
    const { code, stdout, stderr } = await session.run(checkScript)
    if (code === 0) return { kind: 'found' as const, found: readFindings(stdout) }
    const why = code === gaveUp || code === lost ? 'the machine did not say how it is' : `${admin} may not act as root there`
    return { kind: 'failed' as const, detail: `${why}: ${stderr.trim()}` }
  }
  let looked = await look()
  if (looked.kind === 'failed') return looked
  if (problemsOf(looked.found).length === 0) return undefined
  if (install && looked.found.system) {
    say('reading the package lists')
    await session.run(refreshScript, refreshing)
    looked = await look()
    const packages = looked.kind === 'found' ? packagesFor(looked.found) : undefined
    if (packages?.kind === 'packages') {
      say(`installing ${packages.names.join(', ')}`)
      const { code, stderr } = await session.run(packagesScript(packages.names), installing)
      if (code !== 0) return { kind: 'failed', detail: `apt-get installed nothing: ${lastLines(stderr)}` }
      looked = await look()
    }
    if (looked.kind === 'failed') return looked
  }
  const problems = problemsOf(looked.found)
  if (problems.length === 0) return undefined
  const packages = packagesFor(looked.found)
  return {
    kind: 'not-ready',
    problems,
    advice:
      packages.kind === 'none'
        ? [
            `${packages.why}.`,
            ...(packages.commands.length > 0 ? ['Run there, as root:', ...packages.commands.map((line) => `  ${line}`)] : []),
          ]
        : [
            'Run there, as root:',
            `  apt-get update && apt-get install -y ${packages.names.join(' ')}`,
            'Or run this again with --install.',
          ],
  }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join('\n')

async function greet({ host, installation }: BootstrapRequest, hostKey: string, ports: BootstrapPorts): Promise<BootstrapOutcome> {
  const rule: HostRule = { ...host, user: installation.user, hostKey }
  const answer = await ports.hosts.run(rule, hello())
  if (answer.kind !== 'exited') {
    const why = 'detail' in answer ? answer.detail : answer.kind
    return { kind: 'failed', detail: `Landfall's own login to ${rule.user}@${rule.address} failed: ${why}` }
  }
  if (answer.code !== 0) return { kind: 'failed', detail: `landfall-shell does not work there: ${answer.stderr.trim()}` }
  const { shell, docker, compose, platform } = readHello(answer.stdout)
  if (!speaksTo(shell)) return { kind: 'failed', detail: `landfall-shell ${shell} answers; another installation is in its way` }
  return { kind: 'ready', host: rule, docker, compose, platform }
}
