import { parseArgs } from 'node:util'
import { withHost } from '../config/operator/inventory-edit.ts'
import { type BootstrapOutcome, type BootstrapRequest, bootstrap } from '../flow/bootstrap.ts'
import type { Hosts } from '../flow/ports.ts'
import { type AdminTools, adminOptions, adminUsage, logInAsAdmin } from './admin-login.ts'
import { type HostTarget, readTarget } from './host-target.ts'
import { installPaths, pathOptions } from './install-paths.ts'
import { changeInventory, type Inventory, readInventory, toPut } from './inventory.ts'

/** What this verb needs from outside. */
export interface HostBootstrapTools extends AdminTools {
  hosts: Hosts
  inventory: Inventory
  /** Landfall's own public keys: the one that logs in and the one that signs. */
  loginKey: string
  signingKey: string
  /** Text of landfall-shell. */
  shell: string
  print(line: string): void
}

const usage = `landfall host bootstrap USER@HOST[:PORT] [options]
Makes a machine a host of this Landfall and puts it into operator.yml. Safe to repeat. HOST may be a name of that file. USER is root or may use sudo.
  --host-key 'TYPE KEY'     the machine's public host key; without it the key is shown and nothing is done
  --accept-new              take whatever key the machine shows: only where nobody can sit in between
  --install                 install what is missing from the system's own packages (Debian, Ubuntu)
  --bastion NAME            go through this bastion of operator.yml; none: through none
  --print                   print what to put into operator.yml, and leave the file alone
${adminUsage}
  --name NAME               name in operator.yml (default: HOST)
  --user NAME               account for Landfall, made where it is missing (default: landfall)
  --root DIR                folder of releases and project files (default: /var/lib/landfall)
  --shell-path FILE         where landfall-shell goes (default: /usr/local/bin/landfall-shell)
  --authorized-keys FILE    instead of the account's ~/.ssh/authorized_keys`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const options = {
  ...adminOptions,
  'host-key': text,
  'accept-new': flag,
  install: flag,
  print: flag,
  bastion: text,
  name: text,
  user: text,
  ...pathOptions,
} as const

/** `landfall host bootstrap …`. Returns the exit code: 0 ready, 1 not, 2 wrongly called. */
export async function hostBootstrap(argv: string[], tools: HostBootstrapTools): Promise<number> {
  const parsed = read(argv, tools)
  if (parsed.kind === 'wrong') {
    for (const line of [...parsed.problems, ...(parsed.called ? ['', usage] : [])]) tools.print(line)
    return parsed.called ? 2 : 1
  }
  const { target, request, key, print } = parsed
  const attempt = (host: BootstrapRequest['host']) =>
    bootstrap(
      { ...request, host },
      {
        login: () => logInAsAdmin({ ...target, host }, key, tools),
        hosts: tools.hosts,
        say: (line) => tools.print(`${host.name}: ${line}`),
      },
    )
  let outcome = await attempt(request.host)
  if (outcome.kind === 'host-key-unknown' && parsed.acceptNew && request.host.hostKey === undefined) {
    tools.print(`${request.host.name}: taking the host key it shows, ${outcome.shown}`)
    outcome = await attempt({ ...request.host, hostKey: outcome.line })
  }
  for (const line of words(request, outcome)) tools.print(line)
  if (outcome.kind !== 'ready') return 1
  const { host } = outcome
  const noted = print
    ? { changed: true, lines: toPut(host) }
    : changeInventory(
        tools.inventory,
        withHost(tools.inventory.read(), tools.inventory.file, host),
        `${host.name} is in it now`,
        toPut(host),
      )
  for (const line of noted.lines) tools.print(line)
  return noted.changed ? 0 : 1
}

type Call =
  | { kind: 'wrong'; problems: string[]; called: boolean }
  | { kind: 'call'; target: HostTarget; request: BootstrapRequest; acceptNew: boolean; print: boolean; key: string | undefined }

/** Words that end up in scripts, in authorized_keys and in the forced command: plain ones only, so that none needs quoting there. */
const plainPath = /^\/[A-Za-z0-9._/-]+$/

function read(argv: string[], tools: HostBootstrapTools): Call {
  const { values, positionals, problem } = split(argv)
  if (!values) return { kind: 'wrong', problems: [problem], called: true }
  const inventory = readInventory(tools.inventory)
  if (inventory.kind === 'wrong') return { kind: 'wrong', problems: inventory.lines, called: false }
  const target = readTarget(
    positionals.length === 1 ? (positionals[0] ?? '') : '',
    values,
    inventory.kind === 'ok' ? inventory.value : undefined,
  )
  const problems = typeof target === 'string' ? [target] : []
  if (values.user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(values.user))
    problems.push(`--user: ${values.user} is not a user name.`)
  for (const name of ['root', 'shell-path', 'authorized-keys'] as const) {
    const path = values[name]
    if (path !== undefined && !plainPath.test(path)) problems.push(`--${name}: ${path} is not an absolute path of plain letters.`)
  }
  if (problems.length > 0 || typeof target === 'string') return { kind: 'wrong', problems, called: true }
  const installation = {
    user: target.host.user,
    ...installPaths(values),
    shell: tools.shell,
    loginKey: tools.loginKey,
    signingKey: tools.signingKey,
  }
  const host = { ...target.host, hostKey: values['host-key'] ?? target.host.hostKey }
  const request = { host, admin: target.admin, install: values.install, installation }
  return { kind: 'call', target, request, acceptNew: values['accept-new'], print: values.print, key: values.key }
}

function split(argv: string[]) {
  try {
    return { ...parseArgs({ args: argv, options, allowPositionals: true }), problem: '' }
  } catch (error) {
    return { values: undefined, positionals: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

function words({ host: { name, hostKey }, admin }: BootstrapRequest, outcome: BootstrapOutcome): string[] {
  switch (outcome.kind) {
    case 'ready':
      return [`${name}: ready. Docker ${outcome.docker}, Compose ${outcome.compose}, ${outcome.platform}.`]
    case 'host-key-unknown':
      return [
        hostKey === undefined
          ? `${name}: its host key is not known yet, so nobody logged in. It shows ${outcome.shown}.`
          : `${name}: it shows another host key than the one it should have: ${outcome.shown}. Nobody logged in.`,
        'Compare it on the machine itself, for example at its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        `If it is the same, run this again with --host-key '${outcome.line}'`,
      ]
    case 'not-ready':
      return [...outcome.problems.map((problem) => `${name}: ${problem}.`), `${name}: nothing was changed.`, ...outcome.advice]
    case 'refused':
      return [`${name}: nobody logged in as ${admin}: ${outcome.detail}.`]
    case 'failed':
      return [`${name}: ${outcome.detail}`]
  }
}
