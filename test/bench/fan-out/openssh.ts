import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostRule } from '../../../src/domain/configuration.ts'
import type { Command } from '../../../src/host/command.ts'
import { commandLine, quote } from '../../../src/host/quote.ts'
import { closeKept, keptFor, keyExchange, timed, writeKnownHosts } from './clients.ts'
import { inputOf } from './orders.ts'
import type { Side } from './side.ts'

/** A shell script over OpenSSH: an `ssh` for every host at once, over connections that are kept. Its files go to a folder under `parent`. */
export async function openOpenSsh(parent: string, hosts: readonly HostRule[], login: string): Promise<Side> {
  const folder = join(parent, 'openssh')
  const kept = join(folder, 'kept')
  for (const path of [kept, join(folder, 'said')]) await mkdir(path, { recursive: true })
  await writeFile(join(folder, 'key'), login, { mode: 0o600 })
  await writeFile(join(folder, 'config'), configuration(folder, kept, hosts, await writeKnownHosts(folder, hosts)))
  return {
    async carryOut(orders, { cold }) {
      if (cold) await closeKept(kept)
      const lines = await Promise.all(orders.map((order, index) => stepOf(folder, order, index)))
      await writeFile(join(folder, 'deploy'), script(folder, hosts, lines))
      return timed(['sh', join(folder, 'deploy')])
    },
    close: () => closeKept(kept),
  }
}

const configuration = (folder: string, kept: string, hosts: readonly HostRule[], knownHosts: string): string =>
  [
    ...hosts.map(({ name, address, port }) => `Host ${name}\n  HostName ${address}\n  Port ${port}`),
    'Host *',
    `  User ${hosts[0]?.user}`,
    `  IdentityFile ${join(folder, 'key')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  StrictHostKeyChecking yes',
    '  LogLevel ERROR',
    `  KexAlgorithms ${keyExchange}`,
    '  ControlMaster auto',
    `  ControlPersist ${keptFor}`,
    `  ControlPath ${kept}/%n`,
    '',
  ].join('\n')

/** Writes an order's input to a file; the line that gives it to everybody. */
async function stepOf(folder: string, order: Command, index: number): Promise<string> {
  const input = join(folder, `input-${index}`)
  await writeFile(input, inputOf(order))
  return `everywhere ${quote(commandLine(order))} ${input}`
}

/** What a host said is kept, and the script ends where one failed. */
const script = (folder: string, hosts: readonly HostRule[], steps: string[]): string => `
cd ${folder}
everywhere() {
  pids=
  for host in ${hosts.map(({ name }) => name).join(' ')}; do
    ssh -F config "$host" "$1" <"$2" >"said/$host" 2>&1 &
    pids="$pids $!"
  done
  for pid in $pids; do
    wait "$pid" || { cat said/* >&2; exit 1; }
  done
}
${steps.join('\n')}
`
