import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../../../src/host/command.ts'
import { commandLine } from '../../../src/host/quote.ts'
import type { SshdFarm } from '../../lab/farm/sshd-farm.ts'
import { prepareParts } from '../../lab/parts.ts'
import { closeKept, keptFor, keyExchange, timed, writeKnownHosts } from './clients.ts'
import { inputOf } from './orders.ts'
import type { Side } from './side.ts'

/**
 * A playbook of Ansible's, a task for each order, with pipelining and as many forks as there are hosts. It needs an ordinary login, since it
 * runs Python there. Its files go to a folder under `parent`.
 */
export async function openAnsible(parent: string, { hosts, shell }: SshdFarm, login: string): Promise<Side> {
  await prepareParts({ ansible: true })
  const folder = join(parent, 'ansible')
  const kept = join(folder, 'kept')
  await mkdir(kept, { recursive: true })
  await writeFile(join(folder, 'key'), login, { mode: 0o600 })
  await writeFile(join(folder, 'ansible.cfg'), settings(kept, hosts.length, await writeKnownHosts(folder, hosts)))
  await writeFile(join(folder, 'hosts'), inventory(folder, hosts))
  return {
    async carryOut(orders, { cold }) {
      if (cold) await closeKept(kept)
      const tasks = await Promise.all(orders.map((order, index) => taskOf(folder, shell, order, index)))
      const play = { hosts: 'farm', gather_facts: false, any_errors_fatal: true, tasks }
      await writeFile(join(folder, 'deploy.json'), JSON.stringify([play]))
      return timed(['ansible-playbook', '-i', 'hosts', 'deploy.json'], { folder, env: { HOME: folder, ANSIBLE_CONFIG: 'ansible.cfg' } })
    },
    close: () => closeKept(kept),
  }
}

const settings = (kept: string, forks: number, knownHosts: string): string => `[defaults]
forks = ${forks}
gathering = explicit
[ssh_connection]
pipelining = True
control_path_dir = ${kept}
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=${keptFor} -o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes -o KexAlgorithms=${keyExchange}
`

const inventory = (folder: string, hosts: SshdFarm['hosts']): string =>
  [
    '[farm]',
    ...hosts.map(({ name, address, root }) => `${name} ansible_host=${address} landfall_root=${root}`),
    '[farm:vars]',
    `ansible_port=${hosts[0]?.port}`,
    `ansible_user=${hosts[0]?.user}`,
    `ansible_ssh_private_key_file=${join(folder, 'key')}`,
    // Said, so that it need not look for one.
    'ansible_python_interpreter=/usr/bin/python3',
    '',
  ].join('\n')

/** As sshd calls landfall-shell for Landfall's own key. */
async function taskOf(folder: string, shell: string, order: Command, index: number) {
  const input = join(folder, `input-${index}`)
  await writeFile(input, inputOf(order))
  const argv = ['env', `SSH_ORIGINAL_COMMAND=${commandLine(order)}`, shell, '--root', '{{ landfall_root }}']
  const stdin = `{{ lookup('ansible.builtin.file', '${input}', rstrip=false) }}`
  return { name: order.verb, 'ansible.builtin.command': { argv, stdin, stdin_add_newline: false } }
}
