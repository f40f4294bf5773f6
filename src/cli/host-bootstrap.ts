import { parseArgs } from 'node:util'
import type { Secret } from '../domain/secret.ts'
import { type AdminLogin, type BootstrapOutcome, type BootstrapRequest, bootstrap } from '../flow/bootstrap.ts'
import type { Hosts } from '../flow/ports.ts'

/** How the administrator proves who they are. */
export type AdminProof = { privateKey: Secret } | { agent: string }

/** What this verb needs from outside. */
export interface HostBootstrapTools {
  login(to: { address: string; port: number; user: string }, hostKey: string | undefined, proof: AdminProof): Promise<AdminLogin>
  hosts: Hosts
  /** Landfall's own public keys: the one that logs in and the one that signs. */
  loginKey: string
  signingKey: string
  /** Text of landfall-shell. */
  shell: string
  readKey(path: string): Promise<Secret>
  /** Socket of a running SSH agent. */
  agent: string | undefined
  print(line: string): void
}

const usage = `landfall host bootstrap USER@HOST[:PORT] [options]
Makes a machine a host of this Landfall. Safe to repeat. USER is root or may use sudo without a password.
  --host-key 'TYPE KEY'     the machine's public host key; without it the key is shown and nothing is done
  --accept-new              take whatever key the machine shows: only where nobody can sit in between
  --key FILE                private key of USER; otherwise the running SSH agent's keys
  --name NAME               name in operator.yml (default: HOST)
  --user NAME               account for Landfall, made where it is missing (default: landfall)
  --root DIR                folder of releases and project files (default: /var/lib/landfall)
  --shell-path FILE         where landfall-shell goes (default: /usr/local/bin/landfall-shell)
  --authorized-keys FILE    instead of the account's ~/.ssh/authorized_keys`

const options = {
  'host-key': { type: 'string' },
  'accept-new': { type: 'boolean', default: false },
  key: { type: 'string' },
  name: { type: 'string' },
  user: { type: 'string', default: 'landfall' },
  root: { type: 'string', default: '/var/lib/landfall' },
  'shell-path': { type: 'string', default: '/usr/local/bin/landfall-shell' },
  'authorized-keys': { type: 'string' },
} as const

/** `landfall host bootstrap …`. Returns the exit code: 0 ready, 1 not, 2 wrongly called. */
export async function hostBootstrap(argv: string[], tools: HostBootstrapTools): Promise<number> {
  const parsed = read(argv, tools)
  if (parsed.kind === 'wrong') {
    for (const line of [...parsed.problems, '', usage]) tools.print(line)
    return 2
  }
  const proof: AdminProof = parsed.key === undefined ? { agent: tools.agent ?? '' } : { privateKey: await tools.readKey(parsed.key) }
  const attempt = (request: BootstrapRequest) =>
    bootstrap(request, {
      login: ({ address, port, admin, hostKey }) => tools.login({ address, port, user: admin }, hostKey, proof),
      hosts: tools.hosts,
    })

  const { request } = parsed
  let outcome = await attempt(request)
  if (outcome.kind === 'host-key-unknown' && parsed.acceptNew && request.hostKey === undefined) {
    tools.print(`${request.name}: taking the host key it shows, ${outcome.shown}`)
    outcome = await attempt({ ...request, hostKey: outcome.line })
  }
  for (const line of words(request, outcome)) tools.print(line)
  return outcome.kind === 'ready' ? 0 : 1
}

type Call = { kind: 'wrong'; problems: string[] } | { kind: 'call'; request: BootstrapRequest; acceptNew: boolean; key: string | undefined }

/** Words that end up in scripts, in authorized_keys and in the forced command: plain ones only, so that none needs quoting there. */
const plainPath = /^\/[A-Za-z0-9._/-]+$/

function read(argv: string[], tools: Pick<HostBootstrapTools, 'agent' | 'shell' | 'loginKey' | 'signingKey'>): Call {
  const { values, positionals, problem } = split(argv)
  if (!values) return { kind: 'wrong', problems: [problem] }
  const [, admin = '', address = '', port = '22'] =
    /^([^@\s]+)@(\[[0-9a-fA-F:.]+\]|[^:@\s]+)(?::(\d{1,5}))?$/.exec(positionals[0] ?? '') ?? []
  const problems: string[] = []
  if (positionals.length !== 1 || admin === '') problems.push('Say whom to log in as and where: USER@HOST or USER@HOST:PORT.')
  if (values.key === undefined && !tools.agent) problems.push('There is no SSH agent running. Give the key of USER with --key FILE.')
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(values.user)) problems.push(`--user: ${values.user} is not a user name.`)
  for (const name of ['root', 'shell-path', 'authorized-keys'] as const) {
    const path = values[name]
    if (path !== undefined && !plainPath.test(path)) problems.push(`--${name}: ${path} is not an absolute path of plain letters.`)
  }
  if (problems.length > 0) return { kind: 'wrong', problems }
  const bare = address.replace(/^\[|\]$/g, '')
  const installation = {
    user: values.user,
    root: values.root,
    shellPath: values['shell-path'],
    authorizedKeys: values['authorized-keys'],
    shell: tools.shell,
    loginKey: tools.loginKey,
    signingKey: tools.signingKey,
  }
  const request = { name: values.name ?? bare, address: bare, port: Number(port), admin, hostKey: values['host-key'], installation }
  return { kind: 'call', request, acceptNew: values['accept-new'], key: values.key }
}

function split(argv: string[]) {
  try {
    return { ...parseArgs({ args: argv, options, allowPositionals: true }), problem: '' }
  } catch (error) {
    return { values: undefined, positionals: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

function words({ name, address, port, installation, hostKey }: BootstrapRequest, outcome: BootstrapOutcome): string[] {
  switch (outcome.kind) {
    case 'ready':
      return [
        `${name}: ready. Docker ${outcome.docker}, Compose ${outcome.compose}, ${outcome.platform}.`,
        'Put it into operator.yml:',
        '',
        'hosts:',
        `  ${name}:`,
        `    address: ${JSON.stringify(address)}`,
        ...(port === 22 ? [] : [`    port: ${port}`]),
        `    user: ${installation.user}`,
        `    host-key: ${outcome.hostKey}`,
      ]
    case 'host-key-unknown':
      return [
        hostKey === undefined
          ? `${name}: its host key is not known yet, so nobody logged in. It shows ${outcome.shown}.`
          : `${name}: it shows another host key than the given one: ${outcome.shown}. Nobody logged in.`,
        'Compare it on the machine itself, for example at its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        `If it is the same, run this again with --host-key '${outcome.line}'`,
      ]
    case 'not-ready':
      return [...outcome.problems.map((problem) => `${name}: ${problem}.`), `${name}: nothing was changed.`]
    case 'failed':
      return [`${name}: ${outcome.detail}`]
  }
}
