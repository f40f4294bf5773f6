import type { HostRule, OperatorFile } from '../domain/configuration.ts'

/** What this verb needs from outside. */
export interface HostKeyTools {
  operator: OperatorFile
  /** Landfall's own public key for hosts and bastions. */
  loginKey: string
  print(line: string): void
}

const usage = `landfall host key [BASTION]
Prints the public key with which Landfall logs in; for a bastion of operator.yml as the whole line for authorized_keys there and what its sshd
has to be told, which open the way to the hosts behind it and nothing else.`

/** `landfall host key …`. Returns the exit code. */
export function hostKeyVerb(argv: string[], { operator, loginKey, print }: HostKeyTools): number {
  const [name, ...more] = argv
  if (more.length > 0 || name?.startsWith('-')) {
    print(usage)
    return 2
  }
  if (name !== undefined && !operator.bastions[name]) {
    print(`operator.yml has no bastion ${name}.`)
    return 2
  }
  const bastion = name === undefined ? undefined : operator.bastions[name]
  if (!bastion) {
    print(loginKey)
    return 0
  }
  print(`# ${bastion.name}: one line of ~${bastion.user}/.ssh/authorized_keys`)
  print(bastionLine(bastion.name, operator, loginKey))
  print('# and at the end of /etc/ssh/sshd_config, since no such line forbids to listen on sockets; then: systemctl reload ssh')
  for (const line of bastionSettings(bastion.user)) print(line)
  return 0
}

/**
 * The line that lets Landfall through a bastion. `restrict` alone leaves commands: a forced one that does nothing takes them away. Listening
 * there comes with `port-forwarding`, so it is bound to a port that only root could have.
 */
export function bastionLine(name: string, { hosts, bastions }: OperatorFile, loginKey: string): string {
  const behind: HostRule[] = [...Object.values(hosts), ...Object.values(bastions)].filter(({ bastion }) => bastion?.name === name)
  const places = behind.map(({ address, port }) => `permitopen="${address.includes(':') ? `[${address}]` : address}:${port}"`)
  // Without any it would be let through to everything.
  const open = places.length > 0 ? places : ['permitopen="localhost:1"']
  return `${['restrict', 'port-forwarding', 'command="/bin/false"', 'permitlisten="localhost:1"', ...new Set(open)].join(',')} ${loginKey}`
}

/** Lines of sshd_config. Without them `port-forwarding` has the key make sockets there to listen on, which no option of its line forbids. */
export const bastionSettings = (user: string): string[] => [
  `Match User ${user}`,
  '  AllowTcpForwarding local',
  '  AllowStreamLocalForwarding no',
]
