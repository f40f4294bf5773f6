import { checkScript, type Installation, installScript, readFindings } from '../host/bootstrap-script.ts'
import { hello, speaksTo } from '../host/commands.ts'
import { readHello } from '../host/output.ts'
import type { Hosts } from './ports.ts'

/** An administrator's login to a machine, used once. */
export interface AdminSession {
  /** Public key the machine showed: `ssh-ed25519 AAAA…`. */
  hostKey: string
  /** Runs a script as root: through sudo where the login is another account. */
  run(script: string): Promise<{ code: number; stdout: string; stderr: string }>
  close(): void
}

export type AdminLogin =
  | { kind: 'connected'; session: AdminSession }
  /** No key was pinned, or another one; nobody logged in. */
  | { kind: 'wrong-key'; shown: string; line: string }
  | { kind: 'unreachable'; detail: string }

/** Whom to bootstrap, and as what it is known from then on. */
export interface BootstrapRequest {
  /** Name in the operator's file. */
  name: string
  address: string
  port: number
  /** Account of the administrator. */
  admin: string
  /** Pinned host key; without one the first attempt only tells the key. */
  hostKey?: string | undefined
  installation: Installation
}

export interface BootstrapPorts {
  login(request: BootstrapRequest): Promise<AdminLogin>
  hosts: Hosts
}

export type BootstrapOutcome =
  | { kind: 'ready'; hostKey: string; docker: string; compose: string; platform: string }
  | { kind: 'host-key-unknown'; shown: string; line: string }
  /** Everything that keeps the machine from being a host, each with its remedy. Nothing was changed. */
  | { kind: 'not-ready'; problems: string[] }
  | { kind: 'failed'; detail: string }

/**
 * Makes a machine a host of this Landfall: looks, installs, then logs in with Landfall's own key and asks it for its
 * versions, so that "ready" is seen and not assumed. Safe to repeat.
 */
export async function bootstrap(request: BootstrapRequest, ports: BootstrapPorts): Promise<BootstrapOutcome> {
  const login = await ports.login(request)
  if (login.kind === 'wrong-key') return { kind: 'host-key-unknown', shown: login.shown, line: login.line }
  if (login.kind === 'unreachable') return { kind: 'failed', detail: login.detail }
  const { session } = login
  try {
    const looked = await session.run(checkScript)
    if (looked.code !== 0) return { kind: 'failed', detail: `${request.admin} may not act as root there: ${looked.stderr.trim()}` }
    const problems = readFindings(looked.stdout)
    if (problems.length > 0) return { kind: 'not-ready', problems }
    const installed = await session.run(installScript(request.installation))
    if (installed.code !== 0) return { kind: 'failed', detail: `the installation stopped: ${installed.stderr.trim()}` }
    return await greet(request, session.hostKey, ports)
  } finally {
    session.close()
  }
}

async function greet(request: BootstrapRequest, hostKey: string, ports: BootstrapPorts): Promise<BootstrapOutcome> {
  const { name, address, port, installation } = request
  const answer = await ports.hosts.run({ name, address, port, user: installation.user, hostKey }, hello())
  if (answer.kind !== 'exited')
    return { kind: 'failed', detail: `Landfall's own login to ${installation.user}@${address} failed: ${answer.kind}` }
  if (answer.code !== 0) return { kind: 'failed', detail: `landfall-shell does not work there: ${answer.stderr.trim()}` }
  const { shell, docker, compose, platform } = readHello(answer.stdout)
  if (!speaksTo(shell)) return { kind: 'failed', detail: `landfall-shell ${shell} answers; another installation is in its way` }
  return { kind: 'ready', hostKey, docker, compose, platform }
}
