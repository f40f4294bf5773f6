import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Machine } from './machine.ts'
import { until } from './program.ts'
import { must } from './run.ts'
import { type Service, service } from './service.ts'

/**
 * An OpenSSH server on the machine's port 22 with a host key of its own, in Debian's default manner, keys only.
 * @param more further lines of its configuration
 */
export async function startSshd(machine: Machine, more: string[] = []): Promise<{ sshd: Service; hostKey: string }> {
  await mkdir(machine.path('/etc/ssh'), { recursive: true })
  const hostKey = await newHostKey(machine)
  const settings = [
    'Port 22',
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    ...more,
  ]
  await writeFile(machine.path('/etc/ssh/sshd_config'), `${settings.join('\n')}\n`)
  const sshd = await service(
    async () => {
      await mkdir(machine.path('/run/sshd'), { recursive: true, mode: 0o755 })
      const program = machine.start('sshd', ['/usr/sbin/sshd', '-D', '-e'])
      await until(program, () => greets(machine.cable.inside, 22))
      return program
    },
    { helpers: ['sshd', 'sshd-session'] },
  )
  return { sshd, hostKey }
}

/** Makes a new host key, as a reinstalled server has. Counts for connections made from now on, after a restart of sshd. */
export async function newHostKey(machine: Machine): Promise<string> {
  const file = machine.path('/etc/ssh/ssh_host_ed25519_key')
  await Promise.all([rm(file, { force: true }), rm(`${file}.pub`, { force: true })])
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file])
  return (await readFile(`${file}.pub`, 'utf8')).trim()
}

/** Whether an SSH server says hello there. */
export const greets = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (hello) => end(hello.toString('latin1').startsWith('SSH-2.0-')))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
