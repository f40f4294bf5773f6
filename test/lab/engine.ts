import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { Machine } from './machine.ts'
import { until } from './program.ts'
import { type Service, service } from './service.ts'

/** How an engine keeps images: by configuration digest, or in containerd, where it shows manifest and index digests. */
export type ImageStore = 'classic' | 'containerd'

/** Runs a Docker Engine on the machine, where Debian has it: /run/docker.sock, /var/lib/docker. */
export async function startEngine(machine: Machine, images: ImageStore): Promise<Service> {
  await mkdir(machine.path('/etc/docker'), { recursive: true })
  const settings = {
    // Not systemd: there is none inside, although the machine below may run it.
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'cgroup-parent': machine.cgroup,
    // Firewall rules are the kernel's business below; published ports work through the userland proxy.
    iptables: false,
    ip6tables: false,
    'ip-forward': false,
    'ip-masq': false,
    ...(images === 'containerd' && { features: { 'containerd-snapshotter': true } }),
  }
  await writeFile(machine.path('/etc/docker/daemon.json'), JSON.stringify(settings, null, 2))
  const socket = machine.path('/run/docker.sock')
  return service(async () => {
    const program = machine.start('dockerd', ['dockerd'])
    await until(program, () => answers(socket))
    return program
  })
}

/** Whether the engine behind the socket answers its ping. */
const answers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
