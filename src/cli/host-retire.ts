import { parseArgs } from 'node:util'
import { withoutHost } from '../config/operator/inventory-edit.ts'
import { problemText } from '../domain/problem.ts'
import type { Hosts } from '../flow/ports.ts'
import { type EnvironmentOnHost, type HostRetired, retireHost } from '../flow/retire-host.ts'
import { type AdminTools, adminOptions, adminUsage, logInAsAdmin } from './admin-login.ts'
import { readTarget } from './host-target.ts'
import { installPaths, pathOptions } from './install-paths.ts'
import { changeInventory, type Inventory, readInventory } from './inventory.ts'

/** What this verb needs from outside. */
export interface HostRetireTools extends AdminTools {
  inventory: Inventory
  hosts: Hosts
  environmentsOn(host: string): Promise<EnvironmentOnHost[]>
  /** Landfall's own public key for hosts. */
  loginKey: string
  print(line: string): void
}

const usage = `landfall host retire [USER@]HOST [options]
Takes a host out: Landfall's key and landfall-shell there, and the host in operator.yml. What was deployed there runs on, and its data stay.
Safe to repeat. HOST is a name of operator.yml; USER is root or may use sudo (default: root).
  --gone                    the machine will never answer again: only operator.yml is changed
  --anyway                  although environments still have it
  --account                 remove the account, too; its home and /var/lib/landfall stay
${adminUsage}
  --root, --shell-path, --authorized-keys   as they were given to bootstrap`

const flag = { type: 'boolean', default: false } as const
const options = {
  ...adminOptions,
  gone: flag,
  anyway: flag,
  account: flag,
  ...pathOptions,
} as const

/** `landfall host retire …`. Returns the exit code: 0 it is out, 1 not, 2 wrongly called. */
export async function hostRetire(argv: string[], tools: HostRetireTools): Promise<number> {
  const say = (...lines: string[]) => {
    for (const line of lines) tools.print(line)
  }
  const call = read(argv)
  if (call?.positionals.length !== 1) {
    say(usage)
    return 2
  }
  const { values, positionals } = call
  const inventory = readInventory(tools.inventory)
  if (inventory.kind !== 'ok') {
    say(
      ...(inventory.kind === 'wrong' ? inventory.lines : [`${tools.inventory.file} is not there: no host is known that could be retired.`]),
    )
    return 1
  }
  const target = readTarget(positionals[0] ?? '', {}, inventory.value)
  const hostKey = typeof target === 'string' ? undefined : target.host.hostKey
  if (typeof target === 'string' || !target.known || hostKey === undefined) {
    say(
      `${tools.inventory.file} has no host ${positionals[0]}: nothing is left to do. It has ${Object.keys(inventory.value.hosts).join(', ') || 'none'}.`,
    )
    return 0
  }
  const { name, user } = target.host
  const users = values.anyway ? [] : await tools.environmentsOn(name)
  if (users.length > 0) {
    say(
      ...users.map(({ repository, environment }) => `${name}: ${environment} of ${repository} is deployed there.`),
      'Take it off `hosts` there and deploy that first; or say --anyway. Nothing was changed.',
    )
    return 1
  }
  const without = () => withoutHost(tools.inventory.read() ?? '', tools.inventory.file, name)
  const first = without()
  if (first.kind === 'invalid') {
    say(`${name}: without it this would be wrong. Correct it first; nothing was changed.`, ...first.problems.map(problemText))
    return 1
  }
  if (!values.gone) {
    const retirement = { user, ...installPaths(values), loginKey: tools.loginKey, account: values.account, admin: target.admin }
    const login = () => logInAsAdmin(target, values.key, tools)
    const retired = await retireHost({ ...target.host, hostKey }, retirement, { login, hosts: tools.hosts })
    if (retired.kind !== 'retired') {
      say(`${name}: ${whyNot(retired)}`, `${tools.inventory.file} was not changed. If the machine will never answer again, say --gone.`)
      return 1
    }
    say(
      `${name}: Landfall's key does not open it any more: ${retired.tried}.`,
      ...retired.left.map((place) => `${name}: ${place} was left as it is, with its containers and data.`),
    )
  }
  // Logging in takes a while, in which somebody else may have changed the file.
  const noted = changeInventory(tools.inventory, without(), `${name} is out of it`, [
    `Take ${name} out of it yourself: of hosts, groups and repositories.`,
  ])
  say(...noted.lines)
  return noted.changed ? 0 : 1
}

function whyNot(outcome: Exclude<HostRetired, { kind: 'retired' }>): string {
  switch (outcome.kind) {
    case 'failed':
      return outcome.detail
    case 'host-key-changed':
      return `it shows another host key than the pinned one, ${outcome.shown}`
    case 'still-open':
      return "Landfall's key was taken away, and still lets it in. Look where its sshd has keys from (AuthorizedKeysFile, AuthorizedKeysCommand), and run this again."
  }
}

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true })
  } catch {
    return undefined
  }
}
